import fc from 'fast-check'
import { getLlama, type Llama, LlamaLogLevel } from 'node-llama-cpp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ToolSpec } from '../../../../src/engine/engine.ts'
import { callFormats, harmonyCalls } from '../../../../src/engine/llama/talk/call-formats.ts'
import { callGrammar, channelGrammar } from '../../../../src/engine/llama/talk/call-grammar.ts'
import { type CallFormat, readCalls } from '../../../../src/engine/llama/talk/read-calls.ts'
import { readPython } from '../../../../src/engine/llama/talk/read-python.ts'
import { writeCall } from '../../../../src/engine/llama/talk/write-call.ts'
import { toolsFor } from '../../../../src/tools/registry.ts'
import { toToolSpec } from '../../../../src/tools/tool.ts'

let llama: Llama
beforeAll(async () => {
  llama = await getLlama({ gpu: false, build: 'never', maxThreads: 1, progressLogs: false, logLevel: LlamaLogLevel.disabled })
})
afterAll(() => llama.dispose())

const edit: ToolSpec = {
  name: 'edit',
  description: '',
  inputSchema: {
    type: 'object',
    properties: {
      path: { type: 'string' },
      text: { type: 'string' },
      mode: { enum: ['one', 'all'] },
      line: { type: 'integer', minimum: 1 },
      dry: { type: 'boolean' },
      words: { type: 'array', items: { type: 'string' } },
      note: { oneOf: [{ type: 'string' }, { type: 'null' }] },
    },
    required: ['path', 'text'],
    additionalProperties: false,
  },
}
const anything: ToolSpec = { name: 'edit_any', description: '', inputSchema: { type: 'object', additionalProperties: {} } }
const tools = [edit, anything]
const named = (format: CallFormat) => `${format.marker}${format.opening}…${format.beforeInput}`
const formats = callFormats.map((format) => [named(format), format] as const)
const [, functionTag, argumentTags] = callFormats as [CallFormat, CallFormat, CallFormat]

const accepts = async (format: CallFormat): Promise<(call: string) => boolean> => {
  const text = callGrammar(tools, { format, said: '' }) ?? ''
  const grammar = (await llama.createGrammar({ grammar: text })) as unknown as { _testText(text: string): boolean }
  return (call) => grammar._testText(call.slice(format.marker.length))
}

/** Texts as code has them, which never end what they stand in. */
const code = fc
  .string({ unit: fc.constantFrom('a', ' ', '\n', '<', '/', '>', '"', "'", '\\', '{', 'é', '🙂', 'parameter', 'arg_value') })
  .filter((text) => !/<\/(?:parameter|arg_value)>/.test(text))
const input = fc.record(
  {
    path: code,
    text: code,
    mode: fc.constantFrom('one', 'all'),
    line: fc.integer({ min: 1, max: 9999 }),
    dry: fc.boolean(),
    words: fc.array(fc.string(), { maxLength: 3 }),
  },
  { requiredKeys: ['path', 'text'], noNullPrototype: true },
)

describe.each(formats)('calls as %s', (_name, format) => {
  it('are read as they were written, and are what the grammar allows', async () => {
    const isAllowed = await accepts(format)
    fc.assert(
      fc.property(input, (input) => {
        const call = writeCall(format, { name: 'edit', input })
        expect(readCalls(call.slice(format.marker.length), { format, tools })).toEqual([{ name: 'edit', input }])
        expect([call, isAllowed(call)]).toEqual([call, true])
      }),
      { numRuns: process.env.SOAK === '1' ? 1000 : 40 },
    )
  })

  it('are known tools, with what they need, to their end', async () => {
    const isAllowed = await accepts(format)
    const call = writeCall(format, { name: 'edit', input: { path: 'a', text: 'b' } })
    expect(isAllowed(call.replace('edit', 'remove'))).toBe(false)
    expect(isAllowed(writeCall(format, { name: 'edit', input: { path: 'a' } }))).toBe(false)
    expect(isAllowed(`${call} and so on`)).toBe(false)
    expect(readCalls(`${call.slice(format.marker.length)} and so on`, { format, tools })).toBe(null)
    expect(readCalls(call.slice(format.marker.length, -3), { format, tools })).toBe(null)
    expect(readCalls(call.slice(format.marker.length).replace('edit', 'remove'), { format, tools })).toBe(null)
  })

  it('take a tool that says nothing of its input', async () => {
    const isAllowed = await accepts(format)
    const call = writeCall(format, { name: 'edit_any', input: { one: 'a' } })
    expect([call, isAllowed(call)]).toEqual([call, true])
    expect(readCalls(call.slice(format.marker.length), { format, tools })).toEqual([{ name: 'edit_any', input: { one: 'a' } }])
  })

  it('can be of every tool there is', async () => {
    const all = toolsFor(['read', 'write', 'execute']).map(toToolSpec)
    await expect(llama.createGrammar({ grammar: callGrammar(all, { format, said: '' }) ?? '' })).resolves.toBeDefined()
  })
})

describe('values between tags', () => {
  const read = (value: string, key = 'text') =>
    readCalls(`\n<function=edit>\n<parameter=${key}>${value}</parameter>\n</function>\n</tool_call>`, { format: functionTag, tools })?.[0]
      ?.input

  it('are texts where the tool wants texts, and JSON elsewhere', () => {
    expect(read('\n12\n')).toEqual({ text: '12' })
    expect(read('12', 'line')).toEqual({ line: 12 })
    expect(read('\n["a"]\n', 'words')).toEqual({ words: ['a'] })
    expect(read('null', 'note')).toEqual({ note: null })
    expect(read('not JSON', 'note')).toEqual({ note: 'not JSON' })
    expect(read('\ntrue\n', 'unknown')).toEqual({ unknown: true })
  })

  it('keep their own line breaks and spaces', () => {
    expect(read('\n\n  a\n\n')).toEqual({ text: '\n  a\n' })
    expect(read('\n\n')).toEqual({ text: '' })
    expect(read('')).toEqual({ text: '' })
  })

  it('are given once', () => {
    const pair = '<parameter=text>a</parameter>'
    const said = `<function=edit>${pair}${pair}</function></tool_call>`
    expect(readCalls(said, { format: functionTag, tools })).toBe(null)
    expect(readCalls('edit\n<arg_key>text</arg_key>', { format: argumentTags, tools })).toBe(null)
    expect(readCalls('edit\n<arg_key>text', { format: argumentTags, tools })).toBe(null)
  })

  it('may be two calls', () => {
    const one = writeCall(argumentTags, { name: 'edit', input: { path: 'a', text: 'b' } })
    expect(readCalls(`${one}\n${one}`.slice(argumentTags.marker.length), { format: argumentTags, tools })).toHaveLength(2)
  })
})

describe('readPython', () => {
  it.each<[string, unknown]>([
    ['a=1, b=-2.5e3)', { a: 1, b: -2500 }],
    [`a='it\\'s', b="x\\n\\u00e9\\x41\\q")`, { a: "it's", b: 'x\né' + 'A\\q' }],
    ['a=True, b=False, c=None, d=true, e=null)', { a: true, b: false, c: null, d: true, e: null }],
    ['a=[1, "b", [True]], c={"d": {"e": []}, })', { a: [1, 'b', [true]], c: { d: { e: [] } } }],
    [' )', {}],
    ['a=1,)', { a: 1 }],
  ])('reads %s', (text, expected) => {
    expect(readPython(text, 0)?.input).toEqual(expected)
    expect(readPython(text, 0)?.end).toBe(text.length - 1)
  })

  it.each([
    '',
    'a',
    'a=',
    'a=1',
    'a=1 b=2)',
    'a="x)',
    'a=[1 2])',
    'a={1: 2})',
    'a={"b" 1})',
    'a=other)',
    'a=1, a=2)',
    `a=${'['.repeat(99)})`,
    '1)',
  ])('reads nothing in %j', (text) => {
    expect(readPython(text, 0)).toBe(null)
  })

  it('never fails, whatever it is given', () => {
    const piece = fc.constantFrom('a', '=', '(', ')', '[', ']', '{', '}', '"', "'", '\\', ',', ':', '1', 'True', ' ')
    fc.assert(fc.property(fc.string({ unit: piece }), (text) => void readPython(text, 0)))
  })
})

describe('channelGrammar', () => {
  it('allows the header of an answer, or a whole call', async () => {
    const grammar = (await llama.createGrammar({
      grammar: channelGrammar(tools, { format: harmonyCalls, answerHeader: 'final<|message|>' }),
    })) as unknown as { _testText(text: string): boolean }
    const call = (name: string, input: string) => `commentary to=functions.${name} <|constrain|>json<|message|>${input}`
    const allowed = [
      'final<|message|>',
      call('edit', '{"path": "a", "text": "b"}'),
      'analysis<|message|>',
      call('edit', '{}'),
      call('no', '{}'),
    ]
    expect(allowed.map((text) => grammar._testText(text))).toEqual([true, true, false, false, false])
  })
})
