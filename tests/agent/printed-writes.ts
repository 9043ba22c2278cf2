/** How models print a call of `write_file` that gives a path and a content. */
export function printedWrites(input: { path: string; content: string }): readonly [format: string, text: string][] {
  const json = JSON.stringify(input)
  const named = JSON.stringify({ name: 'write_file', arguments: input })
  const { path, content } = input
  return [
    ['<tool_call>', `<tool_call>\n${named}\n</tool_call>`],
    [
      '<tool_call> after words and thoughts',
      `<think>Should I? <tool_call>{"name":"run_command"}</tool_call></think>I write it.\n<tool_call>${named}</tool_call>`,
    ],
    ['<tool_call> that is not closed', `<tool_call>\n${named}`],
    ['<tool_call> with a remark after it', `<tool_call>\n${named}\n</tool_call>\nI will look at the result.`],
    ['<function_call>', `<function_call>${named}</function_call>`],
    ['OpenAI objects', JSON.stringify({ type: 'function', function: { name: 'write_file', arguments: json } })],
    [
      'Qwen3-Coder XML',
      `<tool_call>\n<function=write_file>\n<parameter=path>\n${path}\n</parameter>\n<parameter=content>\n${content}\n</parameter>\n</function>\n</tool_call>`,
    ],
    [
      'XML with attributes',
      `<function_calls><invoke name="write_file"><parameter name="path">${path}</parameter><parameter name="content">${content}\n</parameter></invoke></function_calls>`,
    ],
    ['JSON in a function tag', `<function=write_file>${json}</function>`],
    ['fenced JSON', `I write the file.\n\n\`\`\`json\n${named}\n\`\`\``],
    ['fenced <tool_call>', `\`\`\`xml\n<tool_call>\n${named}\n</tool_call>\n\`\`\``],
    ['bare JSON', named],
    ['bare JSON with parameters', JSON.stringify({ name: 'write_file', parameters: input })],
    ['bare JSON after a sentence', `I will write it now.\n${named}`],
    ['a list of calls', `[${named}]`],
    ['doubly encoded input', JSON.stringify({ name: 'write_file', arguments: json })],
    ['ReAct', `Thought: write it\nAction: write_file\nAction Input: ${json}`],
    ['ReAct with an invented result', `Action: write_file\nAction Input: ${json}\nObservation: done\nThought: good`],
    ['ReAct in bold, with a fence', `**Action:** \`write_file\`\n**Action Input:**\n\`\`\`json\n${json}\n\`\`\``],
    [
      'harmony',
      `<|channel|>analysis<|message|>Let me.<|end|><|start|>assistant<|channel|>commentary to=functions.write_file <|constrain|>json<|message|>${json}<|call|>`,
    ],
    ['harmony in the other order', `<|start|>assistant to=functions.write_file<|channel|>commentary json<|message|>${json}<|call|>`],
    ['harmony without its tokens', `commentary to=functions.write_file json${json}`],
    [
      'DeepSeek V3',
      `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>write_file\n\`\`\`json\n${json}\n\`\`\`<｜tool▁call▁end｜><｜tool▁calls▁end｜>`,
    ],
    ['DeepSeek V3.1', `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>write_file<｜tool▁sep｜>${json}<｜tool▁call▁end｜><｜tool▁calls▁end｜>`],
    [
      'Kimi',
      `<|tool_calls_section_begin|><|tool_call_begin|>functions.write_file:0<|tool_call_argument_begin|>${json}<|tool_call_end|><|tool_calls_section_end|>`,
    ],
    ['Mistral, a list', `[TOOL_CALLS][${named}]`],
    ['Mistral, named', `[TOOL_CALLS]write_file[ARGS]${json}`],
  ]
}
