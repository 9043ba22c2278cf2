import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readJson } from '../../src/agent/lenient-json.ts'
import { type Tool, toToolSpec } from '../../src/tools/tool.ts'
import { seededRandom } from '../helpers/seeded-random.ts'
import { memoryTools, runScripted, task } from './agent-run.ts'

const count = process.env.SOAK === '1' ? 10_000 : 1_500
const random = seededRandom(42)
const pick = <Item>(items: readonly Item[]): Item => items[random.below(items.length)] as Item

const words = [
  'src/a.ts',
  'rm -rf build',
  'say "hi"',
  "it's",
  'a\\b\\d+',
  'line one\nline two',
  '</parameter>',
  '<tool_call>',
  '{"a": [1, 2]}',
  '```',
  'ö漢🎉',
  'x'.repeat(80),
  '7',
  'nul \u0000 and \ud800',
  '',
]
const names = ['read_file', 'write_file', 'run_command', 'runCommand', 'wrte_file', 'fly', 'functions.write_file']
const inputs: readonly (() => Record<string, unknown>)[] = [
  () => ({ path: pick(words), start_line: random.below(9), whole: true }),
  () => ({ path: pick(words), content: `${pick(words)}${pick(words)}` }),
  () => ({ command: pick(words), arguments: [pick(words), pick(words)] }),
  () => ({ command: pick(words), timeout: 'soon', extra: pick(words) }),
]

const printers: readonly ((name: string, input: Record<string, unknown>) => string)[] = [
  (name, input) => `<tool_call>\n${JSON.stringify({ name, arguments: input })}\n</tool_call>`,
  (name, input) =>
    `<function=${name}>\n${Object.entries(input)
      .map(([key, value]) => `<parameter=${key}>\n${typeof value === 'string' ? value : JSON.stringify(value)}\n</parameter>`)
      .join('\n')}\n</function>`,
  (name, input) => `\`\`\`json\n${JSON.stringify({ name, arguments: input }, null, 2)}\n\`\`\``,
  (name, input) => JSON.stringify({ tool: name, input }),
  (name, input) => JSON.stringify({ name, arguments: JSON.stringify(input) }),
  (name, input) => `Thought: now\nAction: ${name}\nAction Input: ${JSON.stringify(input)}`,
  (name, input) => `<|channel|>commentary to=functions.${name} <|constrain|>json<|message|>${JSON.stringify(input)}<|call|>`,
  (name, input) => `<｜tool▁call▁begin｜>${name}<｜tool▁sep｜>${JSON.stringify(input)}<｜tool▁call▁end｜>`,
  (name, input) => `[TOOL_CALLS]${name}[ARGS]${JSON.stringify(input)}`,
  (name, input) => `[TOOL_CALLS][${JSON.stringify({ name, arguments: input })}]`,
]

const fragments = [
  '"',
  "'",
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\n',
  '`',
  '```',
  '<',
  '</tool_call>',
  '<tool_call>',
  '</parameter>',
  '<parameter=path>',
  '</function>',
  '<think>',
  '</think>',
  '<|call|>',
  'Observation:',
  'null',
  '__proto__',
]

const mutations: readonly ((text: string, at: number) => string)[] = [
  (text) => text,
  (text, at) => text.slice(0, at),
  (text, at) => text.slice(0, at) + text.slice(at + 1 + random.below(6)),
  (text, at) => text.slice(0, at) + pick(fragments) + text.slice(at),
  (text, at) => text.slice(0, at) + pick(fragments) + text.slice(at + 1),
  (text, at) => text.slice(0, at) + text.slice(at, at + 40).repeat(2) + text.slice(at + 40),
  (text, at) => text.slice(at) + text.slice(0, at),
  (text) => text.replaceAll('"', "'"),
  (text) => text.replaceAll('\\n', '\n'),
  (text) => text.replaceAll('\\"', '"'),
]

/** A call as some model prints it, most often of a tool that takes this input. */
function anyCall(): string {
  const fitting = random.below(3)
  return random.below(4) === 0
    ? pick(printers)(pick(names), pick(inputs)())
    : pick(printers)(names[fitting] ?? '', inputs[fitting]?.() ?? {})
}

/** A printed call, mutated up to three times. */
function anyText(): string {
  let text = anyCall()
  for (let times = random.below(4); times > 0; times--) text = pick(mutations)(text, random.below(text.length + 1))
  return random.below(8) === 0 ? `${text}\n${anyCall()}` : text
}

/** A line break in a string is not JSON and yet clear; both ways to write it are the same here. */
const flatten = (text: string) => text.replaceAll('\n', '\\n')

/**
 * Whether a text says a value, as it is or as a JSON string, once or twice encoded, and then ends it. A string that was closed by guess has the end
 * of the text behind it, or more of itself.
 */
function says(text: string, value: string): boolean {
  const once = JSON.stringify(value).slice(1, -1)
  const flat = flatten(text)
  return [value, once, JSON.stringify(once).slice(1, -1)].map(flatten).some((form) => {
    for (let at = flat.indexOf(form); at >= 0; at = flat.indexOf(form, at + 1)) {
      if (/^(?:\\{0,3}["']|(?:\\n)*<\/parameter>)/.test(flat.slice(at + form.length))) return true
    }
    return false
  })
}

const strings = (value: unknown): string[] =>
  typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : []

describe(`${count} texts that are calls, nearly calls, or no calls`, () => {
  it('crash nothing, run nothing with input that its schema refuses, and write or execute nothing that was guessed', async () => {
    const kinds = { ran: 0, written: 0 }
    const guesses: { text: string; value: string }[] = []
    for (let number = 0; number < count; number++) {
      const text = anyText()
      const { tools, ran } = memoryTools({ 'src/a.ts': 'x' })
      const native = random.below(6) === 0
      const offersTools = random.below(4) > 0
      const answer = native
        ? {
            message: {
              role: 'assistant' as const,
              text: '',
              toolCalls: [{ id: pick(['', '1']), name: pick(names), input: text.slice(text.indexOf('{')) }],
            },
          }
        : text
      const { outcome } = await runScripted([answer], { tools, maxSteps: 2, engine: { offersTools }, messages: task('Go.') })
      expect(outcome.messages.filter(({ role }) => role === 'tool')).toHaveLength(
        outcome.messages.reduce((sum, message) => sum + (message.role === 'assistant' ? message.toolCalls.length : 0), 0),
      )
      for (const { name, input } of ran) {
        kinds.ran++
        const tool = tools.find((one) => one.name === name) as Tool
        expect({ text, isValid: tool.input.safeParse(input).success }).toEqual({ text, isValid: true })
        if (tool.effect === 'read') continue
        kinds.written++
        for (const value of strings(input)) if (value !== 'create' && value !== '' && !says(text, value)) guesses.push({ text, value })
      }
    }
    expect(guesses).toEqual([])
    // Otherwise nothing was tried.
    expect(kinds.ran).toBeGreaterThan(count / 10)
    expect(kinds.written).toBeGreaterThan(count / 20)
  })

  it('take no long time, whatever they repeat', async () => {
    for (const part of [
      ...fragments,
      '<tool_call>{',
      '<function=a><parameter=b>',
      '{"name":',
      '[[',
      ' ',
      'Action: a\nAction Input:',
      '<tool_call>\n',
      '<|channel|>commentary to=functions.a ',
    ]) {
      const { outcome } = await runScripted([part.repeat(Math.ceil(20_000 / part.length))], { maxSteps: 1 })
      expect(outcome.steps).toBe(1)
    }
  })
})

describe('any text at all', () => {
  it('ends the run in a way that is named', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), async (text) => {
        const { outcome } = await runScripted([text, text, text], { maxSteps: 3 })
        expect(['done', 'unreadable']).toContain(outcome.ending)
      }),
      { numRuns: 200 },
    )
  })

  it('is no call when a tool of that name does not take it', () => {
    expect(
      memoryTools()
        .tools.map(toToolSpec)
        .every(({ inputSchema }) => inputSchema.additionalProperties === false),
    ).toBe(true)
    expect(readJson('{"__proto__":{"a":1}}')).toEqual(JSON.parse('{"__proto__":{"a":1}}'))
  })
})
