import { expect, it } from 'vitest'
import { AppError } from '../../src/domain/errors.ts'
import { seededRandom } from '../helpers/seeded-random.ts'
import type { ScriptedMode } from '../helpers/scripted-modes.ts'
import { startScriptedServer } from '../helpers/scripted-server.ts'
import { ask } from './contract.ts'
import { openTestEndpoint } from './openai-endpoint.ts'

const rounds = process.env.SOAK === '1' ? 120 : 7
const requestsPerRound = 12
const answer = 'a whole answer, with an end. '.repeat(4)

/** What a server does that is killed, overloaded, behind a bad proxy or on a bad line. */
const troubles: readonly ScriptedMode[] = [
  'schema',
  'schema',
  'byte-by-byte',
  'slow-tokens',
  'not-streamed',
  'no-usage',
  'drop',
  'drop-mid-stream',
  'half-sse',
  'error-in-stream',
  'wrong-json',
  'wrong-shape',
  'stall',
  'silent',
  'headers-only',
  'heartbeat',
  'html',
  'http-429',
  'http-500',
  'http-503',
]

it('answers whole or says in time why not, whatever becomes of the server', async () => {
  const random = seededRandom(20)
  for (let round = 0; round < rounds; round++) {
    // A step that has no divisor in common with their number, so that all have their turn.
    const mode = troubles[(round * 3) % troubles.length] ?? 'schema'
    await using server = await startScriptedServer({ answer: () => answer, mode, times: 1 + random.below(4), delayMs: 1 })
    const deadlines = { connectMs: 500, firstTokenMs: 150, idleMs: 150, totalMs: 900 }
    const engine = await openTestEndpoint(server, { deadlines, parallel: 4 })
    const abort = new AbortController()
    const asked = Array.from({ length: requestsPerRound }, async (_, index) => {
      const heard: string[] = []
      const request = { ...ask('Hello?'), onText: (text: string) => void heard.push(text), ...(index === 5 && { signal: abort.signal }) }
      if (index === 5) setTimeout(() => abort.abort(new AppError('ENGINE_UNAVAILABLE', 'Nobody waits.')), random.below(50))
      const ending = await engine.generate(request).then(
        ({ message }) => message.text,
        (error: unknown) => error,
      )
      // What was streamed is what was answered, and never more than that where the answer broke off.
      expect(answer.startsWith(heard.join('')) || mode === 'wrong-shape').toBe(true)
      return ending
    })
    for (const ending of await Promise.all(asked)) {
      if (typeof ending === 'string') expect(['', answer]).toContain(ending)
      else expect(ending).toBeInstanceOf(AppError)
    }
    await engine.close()
    await server.idle()
    expect(server.openSockets).toBe(0)
  }
})
