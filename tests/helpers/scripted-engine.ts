import type { AppError } from '../../src/domain/errors.ts'
import type { Engine, EngineHandle, GenerateRequest, Generation } from '../../src/engine/engine.ts'

type Answer = string | Partial<Generation> | AppError

const spent = { inputTokens: 100, cachedInputTokens: 0, outputTokens: 20 }

/** A model that says what a function of the request tells it to, and keeps what it was asked. */
export function scriptedEngine(
  answer: (request: GenerateRequest, index: number) => Answer | Promise<Answer>,
  overrides: Partial<Engine> = {},
) {
  const requests: GenerateRequest[] = []
  const engine: Engine = {
    kind: 'endpoint',
    model: 'scripted',
    digest: null,
    contextTokens: 8192,
    offersTools: true,
    parallel: 1,
    notices: [],
    countTokens: async (text) => Math.ceil(text.length / 3),
    async generate(request) {
      request.signal.throwIfAborted()
      requests.push(request)
      const said = await answer(request, requests.length - 1)
      if (said instanceof Error) throw said
      const given = typeof said === 'string' ? { message: { role: 'assistant' as const, text: said, toolCalls: [] } } : said
      const generation: Generation = {
        message: { role: 'assistant', text: '', toolCalls: [] },
        stopReason: 'stop',
        usage: spent,
        firstTokenMs: 5,
        totalMs: 10,
        ...given,
      }
      request.onText?.(generation.message.text)
      return generation
    },
    close: async () => {},
    ...overrides,
  }
  const handle: EngineHandle = { kind: engine.kind, model: engine.model, digest: engine.digest, open: async () => engine }
  return { engine, handle, requests }
}

/** The text of the last message of a request: what only this unit has. */
export const asked = ({ messages }: GenerateRequest): string => {
  const last = messages.at(-1)
  return last && 'text' in last ? last.text : ''
}
