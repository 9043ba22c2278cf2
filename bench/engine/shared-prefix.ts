import type { Message } from '../../src/domain/message.ts'
import { openLocalEngine } from '../../src/engine/llama/open-local-engine.ts'
import { sampleFunction, sampleText } from '../../src/tasks/bench/sample-text.ts'

export interface SharedPrefixResult {
  units: number
  /** Of the beginning that all share, and of everything that only one has. */
  prefixTokens: number
  ownTokens: number
  /** Of prompts, as the engine counts them. */
  evaluatedTokens: number
  /** Evaluated tokens for each that had to be. */
  ratio: number
}

export const mostEvaluated = 1.1

const [units, wishedPrefix, answerTokens] = [20, 1500, 16]
/** No template needs more than this for the beginning and the end of a message. */
const aroundText = 24

/** Twenty units of a review at once, whose prompts begin alike. */
export async function sharedPrefix(
  model: string,
  { threads, gpu }: { threads: number; gpu: 'off' | 'cuda' | 'vulkan' | 'metal' },
): Promise<SharedPrefixResult> {
  const signal = AbortSignal.timeout(600_000)
  const options = {
    modelPath: model,
    digest: null,
    name: null,
    contextTokens: 4096,
    gpu,
    threads,
    parallel: null,
    environment: process.env,
  }
  const engine = await openLocalEngine(options, { model: 'shared prefix', signal })
  try {
    const text = await sampleText(wishedPrefix, { from: 0, countTokens: (part) => engine.countTokens(part) })
    const prompts = Array.from({ length: units }, (_, unit): Message[] => [
      { role: 'system', text },
      { role: 'user', text: sampleFunction(20_000 + unit) },
    ])
    const answers = await Promise.all(
      prompts.map((messages) => engine.generate({ messages, tools: [], maxTokens: answerTokens, seed: 0, signal })),
    )
    // What the template puts around the text is shared too; the engine says how much it reused of the two together.
    const textTokens = await engine.countTokens(text)
    const reused = Math.max(...answers.map(({ usage }) => usage.cachedInputTokens))
    const prefixTokens = Math.max(textTokens, Math.min(reused, textTokens + aroundText))
    const all = answers.reduce((sum, { usage }) => sum + usage.inputTokens, 0)
    const ownTokens = all - units * prefixTokens
    const { promptTokens } = await engine.counters()
    return { units, prefixTokens, ownTokens, evaluatedTokens: promptTokens, ratio: promptTokens / (prefixTokens + ownTokens) }
  } finally {
    await engine.close()
  }
}
