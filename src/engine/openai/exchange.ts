import type { OpenAI } from 'openai'
import { AppError } from '../../domain/errors.ts'
import type { GenerateRequest, Generation } from '../engine.ts'
import { collectAnswer, type Ending } from './collect-answer.ts'
import type { Dialect } from './dialect.ts'
import { broken, diagnose, Failure, gaveError, quoteServer, type Place } from './failure.ts'
import { requestBody } from './request-body.ts'
import type { Watch } from './watch.ts'
import { chunkSchema, type Chunk } from './wire.ts'

export interface Line {
  client: OpenAI
  place: Place & { model: string }
  watch: Watch
}

/** Sends the request once and reads the answer to its end. Throws a `Failure`, and nothing else. */
export async function exchange(
  request: GenerateRequest,
  line: Line & { dialect: Dialect; onText: (delta: string) => void },
): Promise<Generation> {
  const { place, watch, dialect, onText } = line
  const startedAt = performance.now()
  const collector = collectAnswer(request, onText)
  let [firstTokenMs, lastTokenMs]: [number | null, number] = [null, 0]
  try {
    watch.expect('first-token')
    for await (const chunk of chunksOf(requestBody(request, place.model, dialect), line)) {
      if (!collector.add(chunk)) continue
      lastTokenMs = performance.now() - startedAt
      firstTokenMs ??= lastTokenMs
      watch.expect('idle')
      if (collector.ending.tooLong) break
    }
    watch.signal.throwIfAborted()
    checkEnding(collector.ending, place)
  } catch (error) {
    throw diagnose(error, place)
  } finally {
    watch.rest()
  }
  return { ...collector.answer(), firstTokenMs: firstTokenMs ?? lastTokenMs, totalMs: lastTokenMs }
}

async function* chunksOf(body: ReturnType<typeof requestBody>, { client, place, watch }: Line): AsyncGenerator<Chunk> {
  const own = new AbortController()
  const signal = AbortSignal.any([watch.signal, own.signal])
  const response = await client.chat.completions.create(body, { signal }).asResponse()
  const type = response.headers.get('content-type') ?? ''
  if (type.includes('application/json')) return yield toChunk(await response.json(), place)
  if (!type.includes('text/event-stream')) {
    own.abort()
    throw new Failure(notAnEndpoint(type, place))
  }
  const { Stream } = await import('openai/core/streaming')
  for await (const event of Stream.fromSSEResponse<unknown>(response, own, client)) yield toChunk(event, place)
}

function toChunk(event: unknown, place: Place): Chunk {
  // Proxies put pings and the like between the events.
  const parsed = chunkSchema.safeParse(event ?? {})
  if (parsed.success && parsed.data.error) throw gaveError(parsed.data.error, place)
  if (parsed.success) return parsed.data
  if (typeof event !== 'object') return {}
  throw broken(`sent an event that is no part of a chat completion (${parsed.error.issues[0]?.path.join('.') ?? ''})`, {
    place,
    error: parsed.error,
  })
}

function checkEnding({ finish, refusal, tooLong }: Ending, place: Place) {
  if (tooLong) return
  if (refusal !== '' || finish === 'content_filter') throw new Failure(declined(refusal, place))
  if (finish === null) throw broken('ended its answer before it was complete', { place })
  if (finish === 'abort' || finish === 'error') throw broken(`gave up in the middle of its answer ("${finish}")`, { place })
}

function declined(refusal: string, { url, apiKey }: Place): AppError {
  const said = quoteServer(refusal, apiKey)
  return new AppError('ENGINE_REFUSED', `The endpoint ${url} declined to answer${said === '' ? '.' : `: ${said}`}`, {
    hint: 'Its content filter objects to the text; use another model, or exclude the file.',
  })
}

function notAnEndpoint(type: string, { url, apiKey }: Place): AppError {
  return new AppError(
    'ENGINE_FAILED',
    `The endpoint ${url} answered with ${quoteServer(type, apiKey) || 'no content type'} instead of a chat completion.`,
    {
      hint: 'Check the address: that of an OpenAI-compatible server usually ends in /v1.',
    },
  )
}
