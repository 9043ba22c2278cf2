import type { CallFormat } from './read-calls.ts'

const named = { opening: '\n{"name": "', beforeInput: '", "arguments": ' }

/** Qwen 3, Granite 4, Hermes and many that learnt from them. */
const jsonTag: CallFormat = { marker: '<tool_call>', ...named, closing: '}\n</tool_call>', between: '\n<tool_call>\n{"name": "', end: '' }

/** Qwen3-Coder, Qwen 3.5 and newer, Nemotron 3. */
const functionTag: CallFormat = {
  marker: '<tool_call>',
  opening: '\n<function=',
  beforeInput: '>\n',
  input: { beforeKey: '<parameter=', afterKey: '>\n', afterValue: '\n</parameter>\n' },
  closing: '</function>\n</tool_call>',
  between: '\n<tool_call>\n<function=',
  end: '',
}

/** GLM 4.5 and 4.6, Laguna. */
const argumentTags: CallFormat = {
  marker: '<tool_call>',
  opening: '',
  beforeInput: '\n',
  input: { beforeKey: '<arg_key>', afterKey: '</arg_key>\n<arg_value>', afterValue: '</arg_value>\n' },
  closing: '</tool_call>',
  between: '\n<tool_call>',
  end: '',
}

/** GLM 4.7 has the same on one line. */
const flatArgumentTags: CallFormat = {
  ...argumentTags,
  beforeInput: '',
  input: { beforeKey: '<arg_key>', afterKey: '</arg_key><arg_value>', afterValue: '</arg_value>' },
  between: '<tool_call>',
}

/** DeepSeek V3.1. */
const deepSeek: CallFormat = {
  marker: '<｜tool▁calls▁begin｜>',
  opening: '<｜tool▁call▁begin｜>',
  beforeInput: '<｜tool▁sep｜>',
  closing: '<｜tool▁call▁end｜>',
  between: '<｜tool▁call▁begin｜>',
  end: '<｜tool▁calls▁end｜>',
}

/** DeepSeek R1 and V3. */
const fencedDeepSeek: CallFormat = {
  ...deepSeek,
  opening: '<｜tool▁call▁begin｜>function<｜tool▁sep｜>',
  beforeInput: '\n```json\n',
  closing: '\n```<｜tool▁call▁end｜>',
  between: '\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>',
}

/** Kimi K2 numbers its calls through the whole conversation. */
const kimi: CallFormat = {
  marker: '<|tool_calls_section_begin|>',
  opening: '<|tool_call_begin|>functions.',
  beforeInput: ':{{number}}<|tool_call_argument_begin|>',
  closing: '<|tool_call_end|>',
  between: '<|tool_call_begin|>functions.',
  end: '<|tool_calls_section_end|>',
}

/** LFM 2 calls as Python does. */
export const pythonCalls: CallFormat = {
  marker: '<|tool_call_start|>',
  opening: '[',
  beforeInput: '(',
  input: 'python',
  closing: ')',
  between: ', ',
  end: ']<|tool_call_end|>',
}

/** gpt-oss names the recipient of a message in its channel. */
export const harmonyCalls: CallFormat = {
  marker: 'commentary to=functions.',
  opening: '',
  beforeInput: ' <|constrain|>json<|message|>',
  closing: '',
  between: null,
  end: '',
}

/** What models were trained to write, of what several of them have in common. Which of it a model writes, its template shows. */
export const callFormats: readonly CallFormat[] = [
  jsonTag,
  functionTag,
  argumentTags,
  flatArgumentTags,
  deepSeek,
  fencedDeepSeek,
  kimi,
  pythonCalls,
]
