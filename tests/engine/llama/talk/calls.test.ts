import fc from 'fast-check'
import {
  type ChatHistoryItem,
  type ChatWrapper,
  FunctionaryChatWrapper,
  type GbnfJsonSchema,
  GeneralChatWrapper,
  getLlama,
  HarmonyChatWrapper,
  JinjaTemplateChatWrapper,
  type Llama,
  Llama3_1ChatWrapper,
  Llama3_2LightweightChatWrapper,
  LlamaLogLevel,
  MistralChatWrapper,
  MuseChatWrapper,
  QwenChatWrapper,
  SeedChatWrapper,
} from 'node-llama-cpp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ToolSpec } from '../../../../src/engine/engine.ts'
import { callFormatOf } from '../../../../src/engine/llama/talk/call-format.ts'
import { callGrammar } from '../../../../src/engine/llama/talk/call-grammar.ts'
import { createCallWatch } from '../../../../src/engine/llama/talk/call-watch.ts'
import { chatHistory } from '../../../../src/engine/llama/talk/chat-history.ts'
import { grammarSchema } from '../../../../src/engine/llama/talk/input-schema.ts'
import { type CallFormat, readCalls } from '../../../../src/engine/llama/talk/read-calls.ts'
import { toolsFor } from '../../../../src/tools/registry.ts'
import { toToolSpec } from '../../../../src/tools/tool.ts'

let llama: Llama
beforeAll(async () => {
  llama = await getLlama({ gpu: false, build: 'never', maxThreads: 1, progressLogs: false, logLevel: LlamaLogLevel.disabled })
})
afterAll(() => llama.dispose())

/** A tokenizer in which the tokens that end an answer are tokens, and nothing else is. */
const endings = ['<|im_end|>', '<|eom_id|>']
const endingTokens = {
  tokenize: (text: string) => endings.flatMap((ending, index) => (text.includes(ending) ? [index] : [])),
  detokenize: ([token]: number[]) => endings[token ?? 0],
  isEogToken: () => true,
} as unknown as Parameters<typeof callFormatOf>[1]

const formatOf = (wrapper: ChatWrapper) => callFormatOf(wrapper, endingTokens)

const qwen: CallFormat = {
  marker: '<tool_call>',
  opening: '\n{"name": "',
  beforeInput: '", "arguments": ',
  closing: '}\n</tool_call>',
  between: '\n<tool_call>\n{"name": "',
  end: '',
}
const llama31: CallFormat = { marker: '<function=', opening: '', beforeInput: '>', closing: '</function>', between: null, end: '' }
const mistral: CallFormat = {
  marker: '[TOOL_CALLS]',
  opening: '[{"name": "',
  beforeInput: '", "arguments": ',
  closing: '}',
  between: ', {"name": "',
  end: ']',
}

describe('callFormatOf', () => {
  it.each([
    ['Qwen 3', () => new QwenChatWrapper(), qwen],
    ['Llama 3.1', () => new Llama3_1ChatWrapper(), llama31],
    ['Mistral', () => new MistralChatWrapper(), mistral],
  ])('knows the calls of %s', (_name, wrapper, format) => {
    expect(formatOf(wrapper())).toEqual(format)
  })

  it('knows calls that begin with several tokens', () => {
    expect(formatOf(new SeedChatWrapper())).toMatchObject({ marker: '<seed:tool_call>', opening: '\n<function=', between: null })
  })

  it('is shown every tool there is', () => {
    const functions = toolsFor(['read', 'write', 'execute']).map(toToolSpec)
    const availableFunctions = Object.fromEntries(
      functions.map(({ name, description, inputSchema }) => [name, { description, params: inputSchema as GbnfJsonSchema }]),
    )
    for (const wrapper of [new QwenChatWrapper(), new Llama3_1ChatWrapper(), new MistralChatWrapper(), new SeedChatWrapper()]) {
      const chatHistory = [{ type: 'user', text: 'Hi' } as const, { type: 'model', response: [] }] satisfies ChatHistoryItem[]
      const shown = wrapper.generateContextState({ chatHistory, availableFunctions, documentFunctionParams: true }).contextText.toString()
      expect(functions.filter(({ name }) => !shown.includes(name))).toEqual([])
    }
  })

  it.each([
    ['no format of its own', () => new GeneralChatWrapper()],
    ['calls that look like any JSON', () => new Llama3_2LightweightChatWrapper()],
    ['channels', () => new HarmonyChatWrapper()],
    ['recipients', () => new MuseChatWrapper()],
    ['calls in the place of answers', () => new FunctionaryChatWrapper()],
    ['an input that is no JSON', () => new QwenChatWrapper({ variation: '3.5' })],
  ])('leaves alone a format with %s', (_name, wrapper) => {
    expect(formatOf(wrapper())).toBe(null)
  })
})

describe('a template of another make', () => {
  const turns = "{%- for m in messages -%}{{- '<|' + m.role + '|>' + (m.content or '') -}}"
  const tools = "{%- if tools -%}{{- '<|tools|>' + (tools | tojson) -}}{%- endif -%}"
  const end = "{{- '<|end|>' -}}{%- endfor -%}{%- if add_generation_prompt -%}{{- '<|assistant|>' -}}{%- endif -%}"
  const callsOf = (text: string) => `{%- for c in m.tool_calls or [] -%}${text}{%- endfor -%}`
  const named = '\'<|call|>{"name": "\' + c.function.name + \'", "arguments": \' + (c.function.arguments | tojson) + \'}<|/call|>\''
  const wrapperOf = (template: string) => new JinjaTemplateChatWrapper({ template })

  it('has the format that it writes calls in', () => {
    expect(formatOf(wrapperOf(tools + turns + callsOf(`{{- ${named} -}}`) + end))).toMatchObject({
      marker: '<|call|>',
      opening: '{"name": "',
      beforeInput: '", "arguments": ',
      closing: '}<|/call|>',
    })
  })

  it.each([
    ['shows no calls', tools + turns + end],
    ['fails when it is given tools', `{%- if tools -%}{{- raise_exception('no tools') -}}{%- endif -%}${turns}${end}`],
  ])('has none when it %s', (_name, template) => {
    expect(formatOf(wrapperOf(template))).toBe(null)
  })
})

describe('readCalls', () => {
  const names = ['read', 'read_file', 'write_file']
  const tools = names.map((name) => ({ name, inputSchema: {} }))

  it('reads what the wrapper writes, whatever the input is', () => {
    const wrapper = new QwenChatWrapper()
    const input = fc.dictionary(fc.string(), fc.jsonValue())
    const call = fc.record({ name: fc.constantFrom(...names), input })
    fc.assert(
      fc.property(fc.array(call, { minLength: 1, maxLength: 3 }), (calls) => {
        const written = calls.map(({ name, input }) => wrapper.generateFunctionCall(name, input).toString()).join('\n')
        const read = readCalls(written.slice(qwen.marker.length), { format: qwen, tools })
        expect(JSON.stringify(read)).toBe(JSON.stringify(calls))
      }),
    )
  })

  it('minds no white space around a call', () => {
    expect(readCalls(' { "name":"read", "arguments" : {"a": "b c"} } </tool_call>\n', { format: qwen, tools })).toEqual([
      { name: 'read', input: { a: 'b c' } },
    ])
  })

  it('reads the calls of a list', () => {
    const said = '[{"name": "read", "arguments": {}}, {"name": "read_file", "arguments": {"a": [1, "}"]}}]'
    expect(readCalls(said, { format: mistral, tools })).toEqual([
      { name: 'read', input: {} },
      { name: 'read_file', input: { a: [1, '}'] } },
    ])
  })

  it.each([
    ['nothing', ''],
    ['another tool', '\n{"name": "reads", "arguments": {}}\n</tool_call>'],
    ['an input that is no object', '\n{"name": "read", "arguments": []}\n</tool_call>'],
    ['an input that does not parse', '\n{"name": "read", "arguments": {a}}\n</tool_call>'],
    ['an input that does not end', '\n{"name": "read", "arguments": {"a": "'],
    ['a call that does not end', '\n{"name": "read", "arguments": {}'],
    ['words after the call', '\n{"name": "read", "arguments": {}}\n</tool_call> and so on'],
    ['another beginning', '"name": "read"'],
  ])('reads no call in %s', (_name, said) => {
    expect(readCalls(said, { format: qwen, tools })).toBe(null)
  })

  it('reads one call only where an answer has no more', () => {
    expect(readCalls('read>{}</function>', { format: llama31, tools })).toEqual([{ name: 'read', input: {} }])
    expect(readCalls('read>{}</function><function=read>{}</function>', { format: llama31, tools })).toBe(null)
  })
})

describe('callGrammar', () => {
  const spec = (name: string, properties: Record<string, unknown>, required: string[]): ToolSpec => ({
    name,
    description: '',
    inputSchema: { type: 'object', properties, required, additionalProperties: false },
  })
  const specs = [
    spec('read', { path: { type: 'string' }, line: { type: 'integer', minimum: 1 }, whole: { type: 'boolean' } }, ['path']),
    spec('list', { a: { const: 1 }, b: { const: 2 }, c: { const: 3 } }, []),
    { name: 'any', description: '', inputSchema: { type: 'object', additionalProperties: {} } },
  ]
  const allows = async (said: string, { format = qwen, begun = '' } = {}) => {
    const text = callGrammar(specs, { format, said: begun })
    if (text === null) return null
    const grammar = (await llama.createGrammar({ grammar: text })) as unknown as { _testText(text: string): boolean }
    return grammar._testText(said)
  }
  const call = (name: string, input: string) => `\n{"name": "${name}", "arguments": ${input}}\n</tool_call>`

  it.each([
    [true, call('read', '{"path": "a"}')],
    [true, call('read', '{"path": "a", "whole": true}')],
    [true, call('read', '{"path": "a","line":3, "whole": true}')],
    [false, call('read', '{"line": 3}')],
    [false, call('read', '{"path": "a", "line": 0}')],
    [false, call('read', '{"path": "a",}')],
    [false, call('reads', '{"path": "a"}')],
    [true, call('list', '{}')],
    [true, call('list', '{"c": 3}')],
    [true, call('list', '{"a": 1, "c": 3}')],
    [false, call('list', '{, "a": 1}')],
    [false, call('list', '{"c": 3, "a": 1}')],
    [true, call('any', '{"x": [1, {"y": null}], "z": "\\n"}')],
    [false, call('any', '[]')],
    [true, `${call('list', '{}')}\n<tool_call>${call('list', '{}')}`],
    [false, `${call('list', '{}')} and so on`],
  ])('allows: %s, of %j', async (allowed, said) => {
    expect(await allows(said)).toBe(allowed)
  })

  it('goes on from what was said with the marker', async () => {
    expect(await allows('me": "list", "arguments": {}}\n</tool_call>', { begun: '\n{"na' })).toBe(true)
    expect(await allows('', { begun: '\n{"name": "list' })).toBe(null)
    expect(await allows('', { begun: ' is what' })).toBe(null)
  })

  it('ends a list of calls, and one call', async () => {
    expect(await allows('[{"name": "list", "arguments": {}}, {"name": "list", "arguments": {}}]', { format: mistral })).toBe(true)
    expect(await allows('[{"name": "list", "arguments": {}}', { format: mistral })).toBe(false)
    expect(await allows('list>{}</function>', { format: llama31 })).toBe(true)
    expect(await allows('list>{}</function><function=list>{}</function>', { format: llama31 })).toBe(false)
  })

  it('can be made of every tool there is', async () => {
    const all = toolsFor(['read', 'write', 'execute']).map(toToolSpec)
    expect(all.filter(({ inputSchema }) => grammarSchema(inputSchema) === undefined)).toEqual([])
    await expect(llama.createGrammar({ grammar: callGrammar(all, { format: qwen, said: '' }) ?? '' })).resolves.toBeDefined()
  })
})

describe('grammarSchema', () => {
  it.each<[unknown, unknown]>([
    [
      { type: 'string', maxLength: 5000, minLength: 1, pattern: 'a' },
      { type: 'string', minLength: 1 },
    ],
    [{ type: ['string', 'null'] }, { oneOf: [{ type: 'string' }, { type: 'null' }] }],
    [{ anyOf: [{ const: 'a' }, { enum: [1, 2] }] }, { oneOf: [{ const: 'a' }, { enum: [1, 2] }] }],
    [
      { type: 'integer', minimum: 5, default: 6 },
      { type: 'integer', minimum: 0 },
    ],
    [
      { type: 'integer', exclusiveMinimum: 0 },
      { type: 'integer', minimum: 1 },
    ],
    [{ type: 'integer', minimum: -3 }, { type: 'integer' }],
    [
      { type: 'array', items: { type: 'number' }, maxItems: 3 },
      { type: 'array', items: { type: 'number' }, maxItems: 3 },
    ],
    [{ type: 'object' }, { type: 'object', properties: {}, required: [], additionalProperties: false }],
    [{ enum: [{}] }, undefined],
    [{ enum: [] }, undefined],
    [{ oneOf: [] }, undefined],
    [{ oneOf: [{}] }, undefined],
    [{ type: 'array' }, undefined],
    [{ type: 'object', properties: { a: {} } }, undefined],
    [{ type: 'object', additionalProperties: { type: 'string' } }, undefined],
    [true, undefined],
  ])('makes of %j: %j', (schema, expected) => {
    expect(grammarSchema(schema)).toEqual(expected)
  })
})

describe('createCallWatch', () => {
  it('says all of a text, however it comes, but what stands around a call', () => {
    const piece = fc.constantFrom('<', '<tool', '_call>', '<tool_call', ' ', '\n', 'words', '>')
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const watch = createCallWatch('<tool_call>')
        let [said, begun, after]: [string, string, string | null] = ['', '', null]
        for (const text of pieces) {
          if (after !== null) {
            after += text
            continue
          }
          const heard = watch.push(text)
          said += heard.said
          if (heard.begun !== null) [begun, after] = [heard.begun, heard.rest]
        }
        const [before = '', ...rest] = pieces.join('').split('<tool_call>')
        if (after === null) said += watch.flush()
        expect([said, after]).toEqual(rest.length > 0 ? [before.trimEnd(), rest.join('<tool_call>')] : [before, null])
        expect(said + begun + (after ?? '')).toBe(pieces.join(''))
      }),
      { numRuns: 1000 },
    )
  })

  it('keeps back only what may begin a call', () => {
    const watch = createCallWatch('<tool_call>')
    expect(['One ', 'two <to', 'o>'].map((text) => watch.push(text).said)).toEqual(['One', ' two', ' <too>'])
  })
})

describe('chatHistory', () => {
  const call = (id: string, name: string) => ({ id, name, input: { of: id } })
  const shown = (id: string, name: string, result: string, startsNewChunk: boolean) => ({
    type: 'functionCall',
    name,
    params: { of: id },
    result,
    startsNewChunk,
  })
  const result = (callId: string, text: string) => ({ role: 'tool', callId, text, isError: false }) as const

  it('makes calls, results and what follows them one answer', () => {
    const history = chatHistory([
      { role: 'system', text: 'Be short.' },
      { role: 'user', text: 'Look.' },
      { role: 'assistant', text: 'I look.', toolCalls: [call('1', 'read'), call('2', 'list')] },
      result('2', 'b.ts'),
      result('1', 'text'),
      { role: 'assistant', text: '', toolCalls: [call('3', 'read')] },
      result('3', 'more'),
    ])
    expect(history).toEqual([
      { type: 'system', text: 'Be short.' },
      { type: 'user', text: 'Look.' },
      {
        type: 'model',
        response: ['I look.', shown('1', 'read', 'text', true), shown('2', 'list', 'b.ts', false), shown('3', 'read', 'more', true)],
      },
    ])
  })

  it('lets the model speak anew after the user', () => {
    expect(
      chatHistory([
        { role: 'assistant', text: '', toolCalls: [call('1', 'read')] },
        { role: 'user', text: 'Stop.' },
        { role: 'assistant', text: '', toolCalls: [] },
      ]),
    ).toEqual([
      { type: 'model', response: [shown('1', 'read', '', true)] },
      { type: 'user', text: 'Stop.' },
      { type: 'model', response: [''] },
      { type: 'model', response: [] },
    ])
  })

  it('shows the result of a call that is not there as a message', () => {
    expect(chatHistory([result('7', 'lost')])).toEqual([
      { type: 'user', text: 'lost' },
      { type: 'model', response: [] },
    ])
  })
})
