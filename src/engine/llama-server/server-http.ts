import type { z } from 'zod'
import { AppError } from '../../domain/errors.ts'
import { openTransport } from '../openai/transport.ts'

/** What llama-server answers beside chat completions. */
export interface ServerHttp {
  /** Of the OpenAI-compatible interface. */
  readonly baseUrl: string
  readonly apiKey: string
  /** The status alone; null where nobody answers in time. */
  status(path: string, options: { signal: AbortSignal; timeoutMs: number }): Promise<number | null>
  /** Null where the server does not have the path or says something else than expected. Throws the signal's reason, and `ENGINE_TIMEOUT`. */
  json<Value>(path: string, request: JsonRequest<Value>): Promise<Value | null>
  close(): void
}

interface JsonRequest<Value> {
  schema: z.ZodType<Value>
  signal: AbortSignal
  /** Sent by POST; without it, it is a GET. */
  body?: unknown
}

interface HttpOptions {
  port: number
  apiKey: string
  userAgent: string
  answerMs?: number
}

/** Counting a long text takes milliseconds, and a server that does not even do that hangs. */
const usualAnswerMs = 30_000
/** A connection that was kept may be closed by the server at the very moment in which it is used again. */
const mostAttempts = 3

/** Speaks to a llama-server on this machine, on connections of our own. */
export function openServerHttp({ port, apiKey, userAgent, answerMs = usualAnswerMs }: HttpOptions): ServerHttp {
  const origin = `http://127.0.0.1:${port}`
  const transport = openTransport({ baseUrl: origin, apiKey, userAgent, connectMs: 5000 })
  return {
    baseUrl: `${origin}/v1`,
    apiKey,
    async status(path, { signal, timeoutMs }) {
      try {
        const response = await transport.fetch(origin + path, { signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) })
        await response.arrayBuffer()
        return response.status
      } catch {
        signal.throwIfAborted()
        return null
      }
    },
    async json(path, { schema, signal, body }) {
      const timeout = AbortSignal.timeout(answerMs)
      const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
      for (let attempt = 1; ; attempt++) {
        try {
          const response = await transport.fetch(origin + path, { ...init, signal: AbortSignal.any([signal, timeout]) })
          const text = await response.text()
          return response.ok ? (schema.safeParse(JSON.parse(text)).data ?? null) : null
        } catch (error) {
          signal.throwIfAborted()
          if (timeout.aborted) throw tooSlow(path, answerMs)
          if (error instanceof SyntaxError) return null
          if (attempt === mostAttempts) throw brokenOff(path, error)
        }
      }
    },
    close: transport.close,
  }
}

const tooSlow = (path: string, answerMs: number) =>
  new AppError('ENGINE_TIMEOUT', `llama-server did not answer to ${path} in ${answerMs} ms.`, { hint: 'Ask again: it is started anew.' })

const brokenOff = (path: string, cause: unknown) =>
  new AppError('ENGINE_FAILED', `llama-server broke off its answer to ${path}: ${(cause as Error).message}.`, { cause })
