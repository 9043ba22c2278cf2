import type { Spread } from './bench-report.ts'

/** The spread of what was measured; null for nothing. */
export function spreadOf(values: readonly number[]): Spread | null {
  const sorted = values.toSorted((a, b) => a - b)
  const [min] = sorted
  const max = sorted.at(-1)
  if (min === undefined || max === undefined) return null
  const half = sorted.length / 2
  const p50 = ((sorted[Math.ceil(half) - 1] ?? min) + (sorted[Math.floor(half)] ?? max)) / 2
  // The nearest rank: a time that was really measured, and never a kinder one.
  const p95 = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? max
  return { runs: sorted.length, min: rounded(min), p50: rounded(p50), p95: rounded(p95), max: rounded(max) }
}

/** Three digits are more than any machine repeats. */
function rounded(value: number): number {
  return value >= 1000 ? Math.round(value) : Number(value.toPrecision(4))
}
