import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonMode, nativeMode } from '../../src/agent/call-mode.ts'
import { fitWindow, type Window } from '../../src/agent/fit-window.ts'
import type { History, Step } from '../../src/agent/history.ts'
import { renderHistory } from '../../src/agent/render-history.ts'
import { createTokenCounter } from '../../src/agent/token-counter.ts'
import { AppError } from '../../src/domain/errors.ts'
import type { Message } from '../../src/domain/message.ts'
import { estimateTokens } from '../../src/domain/tokens.ts'
import type { GenerateRequest } from '../../src/engine/engine.ts'
import { toToolSpec } from '../../src/tools/tool.ts'
import { asked } from '../helpers/scripted-engine.ts'
import { calls, memoryTools, resultsIn, runScripted, task } from './agent-run.ts'

const specs = memoryTools().tools.map(toToolSpec)
const countTokens = async (text: string) => estimateTokens(text)

/** What a request costs when ChatML is written around it, counted from outside. */
const costOf = ({ messages, tools }: Pick<GenerateRequest, 'messages' | 'tools'>) =>
  estimateTokens(tools.length > 0 ? JSON.stringify(tools) : '') +
  messages.reduce((sum, message) => sum + estimateTokens(chatMl(message)), 0)

const chatMl = (message: Message) => {
  const made =
    message.role === 'assistant'
      ? message.toolCalls.map(({ name, input }) => `<tool_call>${JSON.stringify({ name, arguments: input })}</tool_call>`)
      : []
  return `im_start${message.role}\n${[message.text, ...made].join('\n')}im_end\n`
}

const page = (name: string, lines: number) =>
  Array.from({ length: lines }, (_, line) => `${name} line ${line}: const value${line} = compute(${line})`).join('\n')

/** A model that reads file after file, each of which is long, and writes a note now and then. */
const worker = (steps: number) => (request: GenerateRequest, index: number) => {
  if (request.messages[0]?.text.includes('You keep notes')) return 'file-1 defines value0 on line 0.'
  if (index >= steps) return 'Done.'
  if (index % 5 === 4) return calls({ name: 'write_file', input: { path: `note-${index}`, content: `noted ${index}` } })
  return calls({ name: 'read_file', input: { path: `file-${index}` } })
}
const library = (lines: number) =>
  Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`file-${index}`, page(`file-${index}`, lines)]))

describe('the window of a run', () => {
  it.each([true, false])('holds in every request of hundreds of steps; native calls: %s', async (offersTools) => {
    const { tools } = memoryTools(library(30))
    const answer = worker(250)
    let index = 0
    const json = (request: GenerateRequest) => {
      const said = answer(request, index)
      if (typeof said === 'string')
        return request.outputSchema ? JSON.stringify({ thought: '', tool: 'finish', input: { answer: said } }) : said
      const [made] = said.message?.toolCalls ?? []
      return JSON.stringify({ thought: 'next', tool: made?.name, input: made?.input })
    }
    const { outcome, requests, events } = await runScripted(
      (request) => {
        const said = offersTools ? answer(request, index) : json(request)
        if (!request.messages[0]?.text.includes('You keep notes')) index++
        return said
      },
      { tools, maxSteps: 400, engine: { contextTokens: 8192, offersTools, countTokens }, messages: task('Read everything there is.') },
    )
    expect(outcome).toMatchObject({ ending: 'done', steps: 251 })
    for (const request of requests) {
      expect(costOf(request) + request.maxTokens).toBeLessThanOrEqual(8192)
      expect(pairsOf(request.messages)).toBe(true)
    }
    const last = requests.at(-1)!.messages
    expect(last[1]?.text).toMatch(
      /^Read everything there is\.\n\nEarlier steps were left out[\s\S]*write_file[\s\S]*: done[\s\S]*Your notes on them:\nfile-1 defines/,
    )
    expect(events).toContainEqual(expect.objectContaining({ type: 'history-fit', summarised: true }))
    expect(events).toContainEqual(expect.objectContaining({ type: 'history-fit', leftOut: 0, summarised: false }))
  })

  it('shortens old results first, and says how to have them again', async () => {
    const { tools } = memoryTools(library(30))
    const { requests } = await runScripted(worker(9), { tools, engine: { contextTokens: 5000, countTokens } })
    const results = resultsIn(requests.at(-1)!)
    expect(results[0]).toBe('(read_file {"path":"file-0"} gave 30 lines, left out to save room. Make the call again if you need them.)')
    expect(results.at(-1)).toContain('file-8 line 29')
  })

  it('cuts the only result where that is too long by itself', async () => {
    const { tools } = memoryTools(library(600))
    const { requests } = await runScripted(worker(1), { tools, engine: { contextTokens: 4096, countTokens } })
    const [result] = resultsIn(requests[1]!)
    expect(result).toMatch(/^file-0 line 0[\s\S]*the middle was left out to save room[\s\S]*line 599/)
    expect(costOf(requests[1]!) + requests[1]!.maxTokens).toBeLessThanOrEqual(4096)
  })

  it('does with the record alone when the model cannot sum up', async () => {
    const { tools } = memoryTools(library(30))
    let index = 0
    const { outcome, requests } = await runScripted(
      (request) =>
        request.messages[0]?.text.includes('You keep notes') ? new AppError('ENGINE_FAILED', 'no') : worker(40)(request, index++),
      { tools, maxSteps: 50, engine: { contextTokens: 6000, countTokens } },
    )
    expect(outcome.ending).toBe('done')
    expect(requests.at(-1)!.messages[1]?.text).toMatch(/Earlier steps were left out[\s\S]*What was looked at:\n- \d+ earlier calls/)
    expect(requests.at(-1)!.messages[1]?.text).not.toContain('Your notes')
  })

  it('says what to do when the task alone is too long', async () => {
    const running = runScripted(['Done.'], { messages: task('word '.repeat(3000)), engine: { contextTokens: 2048, countTokens } })
    await expect(running).rejects.toMatchObject({
      code: 'ENGINE_OUT_OF_CONTEXT',
      message: expect.stringMatching(/^The task and the tools have \d+ tokens, but the model's context has room for 1048/),
      hint: expect.stringContaining('engine.context'),
    })
  })

  it('makes room when the engine counts more than it said, and gives up where that does not help', async () => {
    const { tools } = memoryTools(library(30))
    const tight = (limit: number) => {
      let index = 0
      return runScripted(
        (request) =>
          costOf(request) > limit ? new AppError('ENGINE_OUT_OF_CONTEXT', 'The prompt is too long.') : worker(12)(request, index++),
        { tools, maxSteps: 20, engine: { contextTokens: 8192, countTokens } },
      )
    }
    expect((await tight(4000)).outcome.ending).toBe('done')
    await expect(tight(20)).rejects.toMatchObject({ code: 'ENGINE_OUT_OF_CONTEXT' })
  })

  it('never gives the answer more than half of a small context', async () => {
    const { requests } = await runScripted(['Done.'], { maxTokensPerStep: 5000, engine: { contextTokens: 3000, countTokens } })
    expect(requests[0]?.maxTokens).toBe(1500)
  })

  it('says in a record what failed', async () => {
    const { tools } = memoryTools(library(60))
    const answers = (request: GenerateRequest, index: number) =>
      index === 0
        ? calls({ name: 'read_file', input: { path: 'nowhere' } })
        : asked(request).includes('Said:')
          ? 'Notes.'
          : worker(14)(request, index)
    const { requests } = await runScripted(answers, { tools, maxSteps: 20, engine: { contextTokens: 5000, countTokens } })
    expect(JSON.stringify(requests.at(-1)!.messages)).toContain('read_file {\\"path\\":\\"nowhere\\"}: failed: There is no nowhere.')
  })
})

/** Every result stands behind its call, and every call has its result. */
function pairsOf(messages: readonly Message[]): boolean {
  const open: string[] = []
  for (const message of messages) {
    if (message.role === 'tool' && open.shift() !== message.callId) return false
    if (message.role === 'assistant') {
      if (open.length > 0) return false
      open.push(...message.toolCalls.map(({ id }) => id))
    }
  }
  return open.length === 0
}

const text = fc.string({ maxLength: 60 }).chain((part) => fc.integer({ min: 0, max: 60 }).map((times) => `${part} `.repeat(times)))
const step: fc.Arbitrary<Step> = fc.array(text, { minLength: 1, maxLength: 3 }).chain((results) =>
  fc.tuple(text, fc.uuid()).map(([said, id]) => [
    {
      role: 'assistant',
      text: said,
      toolCalls: results.map((path, index) => ({ id: `${id}${index}`, name: index ? 'write_file' : 'read_file', input: { path } })),
    },
    ...results.map((result, index) => ({ role: 'tool' as const, callId: `${id}${index}`, text: result, isError: index > 1 })),
  ]),
)

describe('fitWindow', () => {
  it('makes any history fit, or says that the task does not, and asks for one summary at most', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          steps: fc.array(step, { maxLength: 12 }),
          room: fc.integer({ min: 300, max: 3000 }),
          native: fc.boolean(),
          notes: fc.option(text),
        }),
        async ({ steps, room, native, notes }) => {
          const mode = native ? nativeMode(specs) : jsonMode(specs)
          const counter = createTokenCounter({ countTokens })
          const history: History = { task: task('Do it.'), digest: null, steps }
          let summaries = 0
          const summarise: Window['summarise'] = async () => {
            summaries++
            return notes
          }
          const window: Window = { counter, mode, room, isReading: (name) => name === 'read_file', summarise }
          const alone = await counter.size({ ...history, steps: [] }, mode)
          const fitted = await fitWindow(history, window).catch((error: unknown) => error)
          expect(summaries).toBeLessThanOrEqual(1)
          if (fitted instanceof AppError) {
            // The sentence that something was left out needs some room too.
            expect(alone + 60).toBeGreaterThan(room)
            return
          }
          const { history: short } = fitted as Awaited<ReturnType<typeof fitWindow>>
          expect(await counter.size(short, mode)).toBeLessThanOrEqual(room)
          expect(pairsOf(short.steps.flat())).toBe(true)
          expect(renderHistory(short, mode)[0]?.text.startsWith('You work in a repository.')).toBe(true)
        },
      ),
      { numRuns: process.env.SOAK === '1' ? 2000 : 150 },
    )
  })
})
