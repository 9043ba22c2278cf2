import type { Config } from '../config/schema.ts'
import { AppError } from '../domain/errors.ts'
import { chooseEngine } from '../engine/choose-engine.ts'
import type { GenerateRequest } from '../engine/engine.ts'
import type { ModelStore } from '../engine/models/model-store.ts'
import type { CommandContext } from './command.ts'

/** Long enough that single tokens do not matter, and a matter of seconds on any machine that the model is of use on. */
const tokens = 64
/** A model that stops earlier has told nothing about its speed. */
const fewestTokens = 8

/** Tokens a second that a model on this machine writes now, alone, after one answer that does not count. */
export async function measureSpeed(
  reference: string,
  { store, config }: { store: ModelStore; config: Config },
  { environment, signal }: Pick<CommandContext, 'environment' | 'signal'>,
): Promise<number> {
  const choice = await chooseEngine({
    engine: { ...config.engine, use: 'local', model: reference },
    apiKey: () => null,
    environment,
    openStore: async () => store,
    allowPull: false,
    ask: null,
    findSecrets: async () => [],
    onTransfer: () => {},
    signal,
  })
  if (choice.kind === 'failed') throw choice.error
  if (choice.kind === 'none') throw new AppError('ENGINE_UNAVAILABLE', 'Nothing runs it here.')
  const engine = await choice.handle.open(signal)
  try {
    await engine.generate({ ...request(signal), maxTokens: fewestTokens })
    const { usage, firstTokenMs, totalMs } = await engine.generate(request(signal))
    const milliseconds = totalMs - firstTokenMs
    if (usage.outputTokens < fewestTokens || milliseconds <= 0)
      throw new AppError('ENGINE_FAILED', `It stopped after ${usage.outputTokens} tokens, which is too few to tell its speed.`)
    return Number(((1000 * (usage.outputTokens - 1)) / milliseconds).toPrecision(3))
  } finally {
    await engine.close()
  }
}

const request = (signal: AbortSignal): GenerateRequest => ({
  messages: [{ role: 'user', text: 'Count from 1 to 200, in words, without a break.' }],
  tools: [],
  maxTokens: tokens,
  seed: 0,
  signal,
})
