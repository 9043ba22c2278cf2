import { formatCount } from '../domain/plural.ts'
import { formatBytes } from '../engine/models/format-bytes.ts'
import type { EngineFigures, Ratio, Spread } from '../tasks/bench/bench-report.ts'

/** One line of the table: what was measured, and what came out for each engine. */
export interface BenchRow {
  title: string
  values: readonly string[]
  /** Null where there is nothing to compare with. */
  ratio: Ratio | null
}

interface RowRequest {
  title: string
  value: (engine: EngineFigures) => string | null
  measure?: Ratio['measure']
  units?: number
}

/** Everything that was measured, in the order in which one asks. */
export function benchRows(engines: readonly EngineFigures[], ratios: readonly Ratio[]): BenchRow[] {
  const [first] = engines
  const tokens = first?.reply?.tokens ?? 0
  const requests: RowRequest[] = [
    { title: 'loading', value: ({ loadMs }) => milliseconds(loadMs) },
    { title: 'reading a prompt', value: ({ prompt }) => speed(prompt?.tokensPerSecond), measure: 'prompt speed' },
    { title: 'writing', value: ({ generation }) => speed(generation?.tokensPerSecond), measure: 'generation speed' },
    { title: 'first token, cold', value: coldStart, measure: 'first token, cold' },
    {
      title: 'first token, warm',
      value: ({ firstToken: { warmMs } }) => (warmMs === null ? null : milliseconds(warmMs.p50)),
      measure: 'first token, warm',
    },
    ...(first?.parallelUnits ?? []).map(({ units }): RowRequest => atOnce(units)),
    {
      title: `${tokens} tokens, half within`,
      value: ({ reply }) => (reply === null ? null : milliseconds(reply.ms.p50)),
      measure: 'reply',
    },
    { title: `${tokens} tokens, 95 % within`, value: ({ reply }) => (reply === null ? null : milliseconds(reply.ms.p95)) },
    { title: 'memory', value: ({ memory }) => size(memory.residentBytes) },
    { title: 'memory of the GPU', value: ({ memory }) => size(memory.gpuBytes) },
  ]
  return requests.flatMap(({ title, value, measure, units = null }) => {
    const values = engines.map((engine) => value(engine) ?? '–')
    const ratio = ratios.find((one) => one.measure === measure && one.units === units) ?? null
    return values.every((text) => text === '–') ? [] : [{ title, values, ratio }]
  })
}

/** `0.93 (0.90 to 0.99)`. */
export function ratioText({ ratio: { p50, min, max, runs } }: Ratio): string {
  return runs === 1 ? p50.toFixed(2) : `${p50.toFixed(2)} (${min.toFixed(2)} to ${max.toFixed(2)})`
}

/** What has to be said besides the numbers. */
export function remarksOf(engines: readonly EngineFigures[]): string[] {
  return engines.flatMap(({ reply, model }) =>
    reply === null || reply.short === 0
      ? []
      : [
          `${model} ended ${reply.short} of ${reply.ms.runs} replies before ${reply.tokens} tokens; their time is scaled to the full length.`,
        ],
  )
}

function speed(spread: Spread | null | undefined): string | null {
  return spread ? `${spread.p50 >= 100 ? formatCount(Math.round(spread.p50)) : spread.p50.toFixed(1)} tokens/s` : null
}

function coldStart({ firstToken: { coldMs }, prompt }: EngineFigures): string | null {
  if (coldMs === null) return null
  return `${milliseconds(coldMs.p50)}${prompt === null ? '' : `, prompt of ${formatCount(prompt.tokens)} tokens`}`
}

function atOnce(units: number): RowRequest {
  const value = ({ parallelUnits }: EngineFigures) => speed(parallelUnits.find((one) => one.units === units)?.tokensPerSecond)
  return { title: `${units} at once, together`, value, measure: 'units at once', units }
}

const size = (bytes: number | null) => (bytes === null ? null : formatBytes(bytes))

function milliseconds(value: number): string {
  return value >= 10_000 ? `${(value / 1000).toFixed(1)} s` : `${formatCount(Math.round(value))} ms`
}
