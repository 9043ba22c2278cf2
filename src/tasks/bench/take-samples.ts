import type { Engine } from '../../engine/engine.ts'
import { askOnce, generationSpeed, promptSpeed, replyMs, type Timing } from './ask-once.ts'
import type { BenchPrompts } from './bench-prompts.ts'

export interface SamplePlan {
  /** Of a reply. */
  tokens: number
  seed: number
  /** How often a reply, a cold prompt and a set of units are measured. */
  replies: number
  colds: number
  batches: number
  units: readonly number[]
}

/** Everything that was measured of one engine; the same index is the same turn of both engines. */
export interface Samples {
  cold: Timing[]
  replies: Timing[]
  /** By number of units: tokens per second of all answers together. */
  units: Map<number, number[]>
}

export interface SampleTarget {
  engine: Engine
  samples: Samples
}

export interface SamplingOptions {
  prompts: BenchPrompts
  plan: SamplePlan
  signal: AbortSignal
  /** Told before each measurement. */
  onStep(step: { what: string; done: number; all: number }): void
}

/** An answer to a cold prompt, long enough to be one. */
const coldAnswerTokens = 8
const unitTokens = 48

export const emptySamples = (): Samples => ({ cold: [], replies: [], units: new Map() })

/** Measures all engines by turns, first one then the other, so that what else the machine does meets them alike. */
export async function takeSamples(targets: readonly SampleTarget[], { prompts, plan, signal, onStep }: SamplingOptions): Promise<void> {
  const { tokens, seed, replies, colds, batches, units } = plan
  const all = replies + colds + batches * units.length
  let done = 0
  const inTurns = async (what: string, turns: number, measure: (target: SampleTarget, turn: number) => Promise<void>) => {
    for (let turn = 0; turn < turns; turn++) {
      signal.throwIfAborted()
      onStep({ what, done: done++, all })
      for (const target of turn % 2 === 0 ? targets : targets.toReversed()) await measure(target, turn)
    }
  }
  const ask = (engine: Engine, messages: ReturnType<BenchPrompts['warm']>, maxTokens: number) =>
    askOnce(engine, messages, { maxTokens, seed, signal })

  // The first answer pays for what is set up on first use, and for the prefix that the others share.
  for (const { engine } of targets) await ask(engine, prompts.warm(-1), coldAnswerTokens)
  await inTurns('replies', replies, async ({ engine, samples }, turn) => {
    samples.replies.push(await ask(engine, prompts.warm(turn), tokens))
  })
  let asked = replies
  for (const count of units) {
    await inTurns(`${count} at once`, batches, async ({ engine, samples }, turn) => {
      const startedAt = performance.now()
      const from = asked + turn * count
      const answers = await Promise.all(Array.from({ length: count }, (_, index) => ask(engine, prompts.warm(from + index), unitTokens)))
      const seconds = (performance.now() - startedAt) / 1000
      const total = answers.reduce((sum, { outputTokens }) => sum + outputTokens, 0)
      samples.units.set(count, [...(samples.units.get(count) ?? []), total / seconds])
    })
    asked += batches * count
  }
  await inTurns('cold prompts', colds, async ({ engine, samples }, turn) => {
    samples.cold.push(await ask(engine, prompts.cold(turn), coldAnswerTokens))
  })
}

/** One number of each sample that has it. */
export function numbersOf({ samples: { cold, replies, units } }: Pick<SampleTarget, 'samples'>, tokens: number) {
  return {
    'prompt speed': cold.map(promptSpeed),
    'generation speed': replies.map(generationSpeed),
    'first token, cold': cold.map(({ firstTokenMs }) => firstTokenMs),
    'first token, warm': replies.map(({ firstTokenMs }) => firstTokenMs),
    reply: replies.map((timing) => replyMs(timing, tokens)),
    units,
  }
}
