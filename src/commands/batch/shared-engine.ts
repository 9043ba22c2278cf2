import { z } from 'zod'
import { aroundEngine } from '../../engine/around-engine.ts'
import type { Engine, EngineHandle, GenerateRequest, Generation } from '../../engine/engine.ts'
import type { Memory } from '../../memory/memory.ts'
import { version } from '../../domain/version.ts'
import { digest } from './unit-store.ts'

/** One engine for all units of a batch. */
export interface SharedEngine {
  /** For one unit: closing it leaves the engine open. */
  forUnit(): EngineHandle
  close(): Promise<void>
}

interface SharedEngineOptions {
  /** Where answers are kept, for tasks that do not keep them themselves: a unit that was interrupted asks nothing twice. */
  memory: Memory | null
  /** Ends the opening; a unit that runs out of time does not. */
  signal: AbortSignal
}

/** Opens an engine at most once, for whoever asks first. One that could not be opened is tried again by the next unit. */
export function shareEngine(handle: EngineHandle, { memory, signal }: SharedEngineOptions): SharedEngine {
  let opening: Promise<Engine> | undefined
  let opened: Engine | undefined
  const open = async () => {
    opening ??= handle.open(signal).catch((error: unknown) => {
      opening = undefined
      throw error
    })
    opened = await opening
    return opened
  }
  return {
    forUnit: () => ({
      kind: handle.kind,
      ...(handle.place !== undefined && { place: handle.place }),
      prepare: () => handle.prepare?.(),
      get model() {
        return opened?.model ?? handle.model
      },
      get digest() {
        return opened?.digest ?? handle.digest
      },
      open: async () => unitEngine(await open(), { memory, place: handle.place }),
    }),
    async close() {
      const engine = await opening?.catch(() => undefined)
      await engine?.close()
    },
  }
}

function unitEngine(engine: Engine, { memory, place }: Pick<SharedEngineOptions, 'memory'> & { place: string | undefined }): Engine {
  const ask = memory === null ? (request: GenerateRequest) => engine.generate(request) : rememberedAnswers(engine, { memory, place })
  return aroundEngine(() => engine, { generate: ask, close: async () => {} })
}

const count = z.number().nonnegative()

const generationSchema = z.object({
  message: z.object({
    role: z.literal('assistant'),
    text: z.string(),
    toolCalls: z.array(z.object({ id: z.string(), name: z.string(), input: z.unknown() })),
  }),
  stopReason: z.enum(['stop', 'tool-calls', 'length']),
  usage: z.object({ inputTokens: count, cachedInputTokens: count, outputTokens: count }),
  firstTokenMs: count,
  totalMs: count,
  tokens: z.array(z.object({ text: z.string(), logprob: z.number() })).exactOptional(),
})

/** The same question twice in one unit is another attempt: it gets another answer, and the same one in the next run. */
function rememberedAnswers(engine: Engine, { memory, place }: { memory: Memory; place: string | undefined }): Engine['generate'] {
  const asked = new Map<string, number>()
  return async (request) => {
    const { signal, onText, ...question } = request
    signal.throwIfAborted()
    const text = digest(['answer', version, engine.kind, engine.model, engine.digest, place, question])
    const turn = (asked.get(text) ?? 0) + 1
    asked.set(text, turn)
    const key = digest([text, turn])
    const known = readAnswer(memory.recall(key))
    if (known) {
      onText?.(known.message.text)
      return known
    }
    const answer = await engine.generate(request)
    memory.remember(key, JSON.stringify(answer))
    return answer
  }
}

function readAnswer(text: string | undefined): Generation | null {
  return text === undefined ? null : (generationSchema.safeParse(JSON.parse(text)).data ?? null)
}
