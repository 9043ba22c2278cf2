import type { EngineFigures, Ratio } from './bench-report.ts'
import { spreadOf } from './spread.ts'
import { numbersOf, type SampleTarget } from './take-samples.ts'

type Measured = Pick<EngineFigures, 'prompt' | 'generation' | 'firstToken' | 'parallelUnits' | 'reply'>

/** The figures of one engine. */
export function figuresOf(target: SampleTarget, tokens: number): Measured {
  const numbers = numbersOf(target, tokens)
  const { cold, replies } = target.samples
  const known = (values: readonly (number | null)[]) => spreadOf(values.filter((value) => value !== null))
  const [prompt, generation, reply] = [known(numbers['prompt speed']), known(numbers['generation speed']), known(numbers.reply)]
  return {
    prompt: prompt && { tokens: Math.round(average(cold.map(({ inputTokens }) => inputTokens))), tokensPerSecond: prompt },
    generation: generation && { tokensPerSecond: generation },
    firstToken: { coldMs: known(numbers['first token, cold']), warmMs: known(numbers['first token, warm']) },
    parallelUnits: [...numbers.units].flatMap(([units, values]) => {
      const tokensPerSecond = spreadOf(values)
      return tokensPerSecond ? [{ units, tokensPerSecond }] : []
    }),
    reply: reply && { tokens, ms: reply, short: replies.filter(({ outputTokens }) => outputTokens < tokens).length },
  }
}

const measures = [
  ['prompt speed', 'higher'],
  ['generation speed', 'higher'],
  ['first token, cold', 'lower'],
  ['first token, warm', 'lower'],
  ['reply', 'lower'],
] as const

/** How the first engine stands to the second: each pair was measured one after the other. */
export function ratiosOf(ours: SampleTarget, theirs: SampleTarget, tokens: number): Ratio[] {
  const [one, other] = [numbersOf(ours, tokens), numbersOf(theirs, tokens)]
  const plain = measures.flatMap(([measure, better]): Ratio[] => {
    const ratio = spreadOf(pairs(one[measure], other[measure]))
    return ratio ? [{ measure, units: null, better, ratio }] : []
  })
  const units = [...one.units].flatMap(([count, values]): Ratio[] => {
    const ratio = spreadOf(pairs(values, other.units.get(count) ?? []))
    return ratio ? [{ measure: 'units at once', units: count, better: 'higher', ratio }] : []
  })
  return [...plain, ...units]
}

function pairs(ones: readonly (number | null)[], others: readonly (number | null)[]): number[] {
  return ones.flatMap((one, index) => {
    const other = others[index] ?? null
    return one === null || other === null || other === 0 ? [] : [one / other]
  })
}

function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
