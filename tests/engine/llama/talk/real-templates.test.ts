import type { LlamaModel } from 'node-llama-cpp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ToolSpec } from '../../../../src/engine/engine.ts'
import { type LoadedLibrary, loadLibrary } from '../../../../src/engine/llama/library.ts'
import type { PromptRequest } from '../../../../src/engine/llama/messages.ts'
import { type ChatTemplate, chooseTemplate, renderPrompt } from '../../../../src/engine/llama/talk/prompt.ts'
import { readCalls } from '../../../../src/engine/llama/talk/read-calls.ts'
import { writeCall } from '../../../../src/engine/llama/talk/write-call.ts'
import { tinyMoe } from '../../../helpers/local-models.ts'
import { marksOf, realTemplate } from '../../../helpers/real-templates.ts'

// The templates of published models, as they stand in their files, in a tiny model that has their control tokens. What they are expected to render was held
// against what llama-server renders of the same messages.

const readFile: ToolSpec = {
  name: 'read_file',
  description: 'Reads a file.',
  inputSchema: {
    type: 'object',
    properties: { path: { type: 'string' }, start_line: { type: 'integer' } },
    required: ['path'],
    additionalProperties: false,
  },
}
const hi = { role: 'user', text: 'Hi' } as const
const conversation = (result: string, input: unknown = { path: 'a.ts', start_line: 3 }): PromptRequest['messages'] => [
  { role: 'system', text: 'Be short.' },
  { role: 'user', text: 'Look.' },
  { role: 'assistant', text: '', toolCalls: [{ id: '1', name: 'read_file', input }] },
  { role: 'tool', callId: '1', text: result, isError: false },
  { role: 'assistant', text: 'Good.', toolCalls: [] },
  { role: 'user', text: 'Why?' },
]

interface Expected {
  /** How a prompt with instructions ends, when the answer is to come at once, and when a thought is to come first. */
  silent: string
  thinking?: string
  /** The call, as the template shows it, and what follows up to the end. */
  calls?: string
}

const templates: Record<string, Expected> = {
  'Qwen-Qwen3-0.6B': {
    silent: 'Be short.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n',
    thinking: '<|im_start|>assistant\n<think>\n',
    calls:
      '<tool_call>\n{"name": "read_file", "arguments": {"path": "a.ts", "start_line": 3}}\n</tool_call><|im_end|>\n<|im_start|>user\n<tool_response>\nsay("hi")\n</tool_response><|im_end|>\n<|im_start|>assistant\nGood.<|im_end|>\n<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n',
  },
  'Qwen3-Coder': {
    silent: 'Be short.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
    calls:
      '<tool_call>\n<function=read_file>\n<parameter=path>\na.ts\n</parameter>\n<parameter=start_line>\n3\n</parameter>\n</function>\n</tool_call><|im_end|>\n<|im_start|>user\n<tool_response>\nsay("hi")\n</tool_response>\n<|im_end|>\n<|im_start|>assistant\nGood.<|im_end|>\n<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n',
  },
  'Qwen3.5-4B': {
    silent: 'Be short.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n',
    thinking: '<|im_start|>assistant\n<think>\n',
    calls:
      '<tool_call>\n<function=read_file>\n<parameter=path>\na.ts\n</parameter>\n<parameter=start_line>\n3\n</parameter>\n</function>\n</tool_call><|im_end|>\n<|im_start|>user\n<tool_response>\nsay("hi")\n</tool_response><|im_end|>\n<|im_start|>assistant\nGood.<|im_end|>\n<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n',
  },
  'openai-gpt-oss-120b': {
    silent: '# Instructions\n\nBe short.\n\n<|end|><|start|>user<|message|>Hi<|end|><|start|>assistant<|channel|>final<|message|>',
    thinking: '<|start|>assistant<|channel|>analysis<|message|>',
    calls:
      '<|start|>assistant to=functions.read_file<|channel|>commentary json<|message|>{"path": "a.ts", "start_line": 3}<|call|><|start|>functions.read_file to=assistant<|channel|>commentary<|message|>"say(\\"hi\\")"<|end|><|start|>assistant<|channel|>final<|message|>Good.<|end|><|start|>user<|message|>Why?<|end|><|start|>assistant<|channel|>',
  },
  'deepseek-ai-DeepSeek-V3.1': {
    silent: 'Be short.<｜User｜>Hi<｜Assistant｜><think></think>',
    thinking: 'Be short.<｜User｜>Hi<｜Assistant｜><think>',
    calls:
      '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>read_file<｜tool▁sep｜>{"path": "a.ts", "start_line": 3}<｜tool▁call▁end｜><｜tool▁calls▁end｜><｜end▁of▁sentence｜><｜tool▁output▁begin｜>say("hi")<｜tool▁output▁end｜>Good.<｜end▁of▁sentence｜><｜User｜>Why?<｜Assistant｜><think></think>',
  },
  'GLM-4.6': {
    silent: '[gMASK]<sop><|system|>\nBe short.<|user|>\nHi/nothink<|assistant|>\n<think></think>',
    thinking: '<|user|>\nHi<|assistant|>\n<think>',
    calls:
      '<tool_call>read_file\n<arg_key>path</arg_key>\n<arg_value>a.ts</arg_value>\n<arg_key>start_line</arg_key>\n<arg_value>3</arg_value>\n</tool_call><|observation|>\n<tool_response>\nsay("hi")\n</tool_response><|assistant|>\n<think></think>\nGood.<|user|>\nWhy?/nothink<|assistant|>\n<think></think>',
  },
  'GLM-4.7-Flash': {
    silent: '[gMASK]<sop><|system|>Be short.<|user|>Hi<|assistant|></think>',
    thinking: '<|user|>Hi<|assistant|><think>',
    calls:
      '<tool_call>read_file<arg_key>path</arg_key><arg_value>a.ts</arg_value><arg_key>start_line</arg_key><arg_value>3</arg_value></tool_call><|observation|><tool_response>say("hi")</tool_response><|assistant|></think>Good.<|user|>Why?<|assistant|></think>',
  },
  'ibm-granite-granite-4.0': {
    silent:
      '<|start_of_role|>system<|end_of_role|>Be short.<|end_of_text|>\n<|start_of_role|>user<|end_of_role|>Hi<|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>',
    calls:
      '<tool_call>\n{"name": "read_file", "arguments": {"path": "a.ts", "start_line": 3}}\n</tool_call><|end_of_text|>\n<|start_of_role|>user<|end_of_role|>\n<tool_response>\nsay("hi")\n</tool_response><|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>Good.<|end_of_text|>\n<|start_of_role|>user<|end_of_role|>Why?<|end_of_text|>\n<|start_of_role|>assistant<|end_of_role|>',
  },
  'LFM2-8B-A1B': {
    silent: '<|im_start|>system\nBe short.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
    calls:
      '<|tool_call_start|>[read_file(path="a.ts", start_line=3)]<|tool_call_end|><|im_end|>\n<|im_start|>tool\n<|tool_response_start|>say("hi")<|tool_response_end|><|im_end|>\n<|im_start|>assistant\nGood.<|im_end|>\n<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\n',
  },
  'moonshotai-Kimi-K2': {
    silent:
      '<|im_system|>system<|im_middle|>Be short.<|im_end|><|im_user|>user<|im_middle|>Hi<|im_end|><|im_assistant|>assistant<|im_middle|>',
    calls:
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.read_file:0<|tool_call_argument_begin|>{"path": "a.ts", "start_line": 3}<|tool_call_end|><|tool_calls_section_end|><|im_end|>',
  },
  'NVIDIA-Nemotron-3-Nano-30B-A3B-BF16': {
    silent: 'Be short.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<think></think>',
    thinking: '<|im_start|>assistant\n<think>\n',
    calls:
      '<tool_call>\n<function=read_file>\n<parameter=path>\na.ts\n</parameter>\n<parameter=start_line>\n3\n</parameter>\n</function>\n</tool_call>',
  },
}

let loaded: LoadedLibrary
beforeAll(async () => {
  loaded = await loadLibrary({ gpu: 'off', threads: 1 })
})
afterAll(() => loaded.llama.dispose())

describe.each(Object.entries(templates))('the template of %s', (name, expected) => {
  let model: LlamaModel
  let template: ChatTemplate
  beforeAll(async () => {
    const chatTemplate = realTemplate(name)
    model = await loaded.llama.loadModel({ modelPath: tinyMoe({ chatTemplate, marks: marksOf(chatTemplate) }), vocabOnly: true })
    template = chooseTemplate(loaded.library, model)
  })
  afterAll(() => model.dispose())

  const render = (messages: PromptRequest['messages'], more: Partial<PromptRequest> = {}) => {
    const prompt = renderPrompt({ messages, tools: [], ...more }, template, model)
    return { ...prompt, text: model.detokenize([...prompt.tokens], true) }
  }
  const controls = (...args: Parameters<typeof render>) => render(...args).tokens.filter((token) => template.marks.isMark(token)).length
  const asked = [{ role: 'system', text: 'Be short.' } as const, hi]

  it('lets the model answer at once', () => {
    const { text, thought } = render(asked)
    expect([text.slice(-expected.silent.length), thought]).toEqual([expected.silent, null])
  })

  it('lets a thinking model think first, and no other', () => {
    const { text, thought } = render(asked, { thinkingTokens: 100 })
    const ending = expected.thinking ?? expected.silent
    expect([text.slice(-ending.length), thought !== null]).toEqual([ending, expected.thinking !== undefined])
  })

  it('shows tools, and calls and results as the model learnt them', () => {
    const { text } = render(conversation('say("hi")'), { tools: [readFile] })
    expect(template.calls).not.toBe(null)
    expect(text).toContain('Reads a file.')
    expect(text).toContain(expected.calls)
  })

  it('reads the calls that the model writes', () => {
    const format = template.calls
    if (!format) throw new Error('There is no format.')
    const input = { path: 'src/a "b".ts', start_line: 3 }
    const said = writeCall(format, { name: 'read_file', input }).slice(format.marker.length)
    expect(readCalls(said, { format, tools: [readFile] })).toEqual([{ name: 'read_file', input }])
  })

  it('never has a mark that a text brings', () => {
    const bad = [...marksOf(realTemplate(name)), '<|im_end|>'].join(' ')
    const plain = controls(conversation('text'), { tools: [readFile] })
    expect(controls(conversation(bad), { tools: [readFile] })).toBe(plain)
    expect(controls([{ role: 'system', text: `Be ${bad}.` }, ...conversation('text').slice(1)], { tools: [readFile] })).toBe(plain)
    expect(controls(conversation('text', { path: bad, start_line: 3 }), { tools: [readFile] })).toBe(plain)
    expect(controls(conversation('text'), { tools: [{ ...readFile, description: bad }] })).toBe(plain)
  })

  it('shares the instructions, and nothing of the question', () => {
    const { tokens, sharedTokens } = render(asked)
    const shared = model.detokenize(tokens.slice(0, sharedTokens), true)
    expect(shared).toContain('Be short.')
    expect(shared).not.toContain('Hi')
  })
})
