import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { callSchema } from '../../src/agent/call-schema.ts'
import type { GenerateRequest } from '../../src/engine/engine.ts'
import { jsonGrammar } from '../../src/engine/llama/talk/json-grammar.ts'
import { redactingEngine } from '../../src/engine/redacting-engine.ts'
import { toolsFor } from '../../src/tools/registry.ts'
import { defineTool, toToolSpec } from '../../src/tools/tool.ts'
import { startScriptedServer } from '../helpers/scripted-server.ts'
import { openTestEndpoint } from '../engine/openai-endpoint.ts'
import { calls, memoryTools, runOn, runScripted } from './agent-run.ts'

const call = (tool: string, input: unknown, thought = 'because') => JSON.stringify({ thought, tool, input })
const without = { offersTools: false }
const readInput = { path: 'a', start_line: 1, whole: false }

const everyKind = defineTool({
  name: 'every_kind',
  description: 'Has an input of every kind that tools use.',
  effect: 'read',
  input: z.strictObject({
    text: z.string().min(1).max(40).describe('Text'),
    pattern: z.string().regex(/^a+$/).default('a'),
    address: z.url().optional(),
    count: z.int().min(3).max(7).default(5),
    positive: z.int().positive().default(1),
    offset: z.int().nonnegative().default(0),
    any: z.int().default(0),
    ratio: z.number().default(0.5),
    flag: z.boolean().default(false),
    kind: z.enum(['one', 'two']).default('one'),
    fixed: z.literal('x').default('x'),
    either: z.union([z.string(), z.int()]).default(0),
    list: z.array(z.string().max(10)).min(1).max(3).default(['a']),
    parts: z.array(z.strictObject({ name: z.string(), line: z.int().optional() })).default([]),
  }),
  run: async () => ({ text: '' }),
})

describe('callSchema', () => {
  it('is one that a grammar can be made of, for inputs of every kind', () => {
    const grammar = jsonGrammar(callSchema([everyKind, ...memoryTools().tools].map(toToolSpec)))
    expect(grammar).toContain('every_kind')
    expect(grammar).toContain('finish')
  })

  it('is one for every tool that there is', () => {
    const specs = toolsFor(['read', 'write', 'execute']).map(toToolSpec)
    const grammar = jsonGrammar(callSchema(specs))
    expect(specs.filter(({ name }) => !grammar.includes(`"\\"${name}\\""`))).toEqual([])
    // A grammar that counts far makes every token slow.
    expect(grammar.length).toBeLessThan(20_000)
  })

  it('admits the calls and the end, and nothing else', () => {
    const validate = new Ajv({ strict: false }).compile(callSchema(memoryTools().tools.map(toToolSpec)))
    const admits = (text: string) => validate(JSON.parse(text))
    expect(admits(call('read_file', readInput))).toBe(true)
    expect(admits(call('run_command', { command: 'ls', arguments: [], timeout: null }))).toBe(true)
    expect(admits(call('finish', { answer: 'Done.' }))).toBe(true)
    expect(admits(call('read_file', { path: 'a' }))).toBe(false)
    expect(admits(call('fly', {}))).toBe(false)
  })

  it('refuses a tool whose input no grammar can say', () => {
    const spec = { name: 'odd', description: '', inputSchema: { type: 'object', properties: { any: {} } } }
    expect(() => callSchema([spec])).toThrow('The input of the tool odd.any cannot be said in a grammar')
    expect(() => callSchema([{ ...spec, inputSchema: { type: 'object', properties: { any: true } } }])).toThrow('odd.any')
  })
})

describe('an engine without tools', () => {
  it('is asked for calls as JSON under a schema, and given results as messages of the user', async () => {
    const { tools, ran } = memoryTools({ a: 'text of a' })
    const { outcome, requests, events } = await runScripted([call('read_file', readInput), call('finish', { answer: 'It is text.' }, '')], {
      tools,
      engine: without,
    })
    expect(ran).toEqual([{ name: 'read_file', input: readInput }])
    expect(outcome).toMatchObject({ ending: 'done', text: 'It is text.', steps: 2 })
    expect(requests[0]).toMatchObject({ tools: [], outputSchema: callSchema(tools.map(toToolSpec)) })
    const [system, user, assistant, result] = requests[1]!.messages
    expect(system?.text).toMatch(
      /^You work in a repository\.\n\nYou work by calling tools[\s\S]*read_file \{"path": string[\s\S]*path: Path of the file/,
    )
    expect([user, assistant, result]).toEqual([
      { role: 'user', text: 'Look around.' },
      { role: 'assistant', text: call('read_file', readInput), toolCalls: [] },
      { role: 'user', text: 'Result:\ntext of a' },
    ])
    expect(events).toContainEqual({ type: 'text-delta', text: 'because' })
  })

  it('reads null for what need not be given, and tells failures as such', async () => {
    const { tools, ran } = memoryTools()
    const { requests } = await runScripted(
      [call('run_command', { command: 'ls', arguments: [], timeout: null }), call('read_file', readInput)],
      {
        tools,
        engine: without,
      },
    )
    expect(ran[0]).toEqual({ name: 'run_command', input: { command: 'ls', arguments: [] } })
    expect(requests[2]?.messages.at(-1)).toEqual({ role: 'user', text: 'The call failed:\nThere is no a.' })
  })

  it('may print a call in another way, and is told when it answers in words', async () => {
    const { tools, ran } = memoryTools({ a: 'x' })
    const printed = '<tool_call>{"name":"read_file","arguments":{"path":"a"}}</tool_call>'
    const { outcome, requests } = await runScripted([printed, 'I am done.', call('finish', {}, 'All done.')], { tools, engine: without })
    expect(ran).toHaveLength(1)
    expect(requests[2]?.messages.at(-1)?.text).toContain('not the JSON object')
    expect(outcome).toMatchObject({ ending: 'done', text: 'All done.' })
  })

  it('gives its instructions a system message where the task has none', async () => {
    const { requests } = await runScripted([call('finish', { answer: 'ok' })], {
      engine: without,
      messages: [{ role: 'user', text: 'Go.' }],
    })
    expect(requests[0]?.messages.map(({ role }) => role)).toEqual(['system', 'user'])
  })

  it('says its last word in prose or as the end', async () => {
    const last = (text: string) =>
      runScripted((request) => (request.outputSchema ? call('read_file', readInput) : text), { engine: without, maxSteps: 1 })
    expect((await last('I got nowhere.')).outcome.text).toBe('I got nowhere.')
    expect((await last(call('read_file', readInput))).outcome.text).toBe('because')
    expect((await last(call('finish', { answer: 'I got nowhere.' }))).outcome).toMatchObject({
      ending: 'step-limit',
      text: 'I got nowhere.',
    })
  })
})

describe('a server that turns out to refuse tools', () => {
  const refusals: readonly [string, number, string][] = [
    ['vLLM', 400, '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'],
    ['Ollama', 400, 'registry.ollama.ai/library/some-model does not support tools'],
    ['llama-server', 500, 'tools param requires --jinja flag'],
    ['a router', 404, 'No endpoints found that support tool use.'],
  ]
  it.each(refusals)('is asked for JSON instead, and it is told once: %s', async (_name, status, message) => {
    const { tools, ran } = memoryTools({ a: 'text' })
    let refused = 0
    await using server = await startScriptedServer({
      refusesTools: { status, message },
      answer: (_request, index) => [call('read_file', readInput), call('finish', { answer: 'Read.' })][index] ?? '',
    })
    const engine = redactingEngine(await openTestEndpoint(server), async () => [])
    try {
      expect(engine.offersTools).toBe(true)
      const { outcome } = await runOn(engine, { tools })
      expect(outcome).toMatchObject({ ending: 'done', text: 'Read.' })
      expect(ran).toHaveLength(1)
      refused = server.chatRequests.filter(({ body }) => body?.tools).length
      expect({ refused, offersTools: engine.offersTools, notices: engine.notices.map(({ code }) => code) }).toEqual({
        refused: 1,
        offersTools: false,
        notices: ['TOOLS_NOT_OFFERED'],
      })
    } finally {
      await engine.close()
    }
  })

  it('is given the calls that were made before as JSON', async () => {
    let offers = true
    const seen: GenerateRequest[] = []
    const { AppError } = await import('../../src/domain/errors.ts')
    const { outcome } = await runScripted(
      (request, index) => {
        seen.push(request)
        if (index === 0) return calls({ name: 'read_file', input: { path: 'a' } }, { name: 'read_file', input: { path: 'b' } })
        if (index > 1) return call('finish', { answer: 'ok' })
        offers = false
        return new AppError('ENGINE_REFUSED', 'no tools any more')
      },
      {
        engine: {
          get offersTools() {
            return offers
          },
        },
      },
    )
    expect(outcome.ending).toBe('done')
    expect(seen[2]?.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user'])
    expect(seen[2]?.messages[2]?.text.split('\n').map((line) => JSON.parse(line).tool)).toEqual(['read_file', 'read_file'])
  })
})
