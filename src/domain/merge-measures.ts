import type { Notice, Report, ReportUsage, Timing } from './report.ts'
import type { Shard } from './shard.ts'

type Engine = Report['engine']

/** The engine of all shards; where they had different ones, that of the first that asked one, and a notice that says so. */
export function mergeEngines(parts: readonly { report: Pick<Report, 'engine'>; shard: Shard }[]): { engine: Engine; notices: Notice[] } {
  const engines = parts.map(({ report }) => report.engine).toSorted((a, b) => knowledge(b) - knowledge(a))
  const [engine = { kind: 'none', model: '', digest: null, seed: 0 }] = engines
  if (engines.every((other) => isSame(engine, other))) return { engine, notices: [] }
  const groups = [...Map.groupBy(parts, ({ report }) => describe(report.engine))]
  const list = groups.map(([name, group]) => `${name} in ${group.map(({ shard }) => shard.index).join(', ')}`).join('; ')
  return {
    engine,
    notices: [
      {
        code: 'ENGINES_DIFFER',
        message: `The shards were not reviewed by the same model: ${list}.`,
        hint: 'Give every shard the same engine, model and seed.',
      },
    ],
  }
}

/** A shard that had nothing to ask may not know how its engine calls the model. */
const knowledge = ({ kind, model, digest }: Engine) => (kind === 'none' ? 0 : 4) + (model === '' ? 0 : 2) + (digest === null ? 0 : 1)

const isSame = (known: Engine, other: Engine) =>
  known.kind === other.kind &&
  known.seed === other.seed &&
  (other.model === '' || known.model === other.model) &&
  (other.digest === null || known.digest === other.digest)

const describe = ({ kind, model, seed }: Engine) =>
  kind === 'none' ? 'no model' : `${model || 'an unnamed model'} (${kind}, seed ${seed})`

/** What all shards took together. */
export function mergeUsage(usages: readonly ReportUsage[]): ReportUsage {
  const total = (key: keyof ReportUsage) => usages.reduce((sum, usage) => sum + usage[key], 0)
  return {
    requests: total('requests'),
    inputTokens: total('inputTokens'),
    cachedInputTokens: total('cachedInputTokens'),
    outputTokens: total('outputTokens'),
    cacheHits: total('cacheHits'),
  }
}

/** Shards run side by side: together they took as long as the slowest. Speeds are those of one engine, over all of them. */
export function mergeTiming(reports: readonly Pick<Report, 'timing' | 'usage'>[]): Timing {
  const first = reports.map(({ timing }) => timing.firstTokenMs).filter((ms) => ms > 0)
  return {
    totalMs: Math.max(0, ...reports.map(({ timing }) => timing.totalMs)),
    firstTokenMs: first.length === 0 ? 0 : Math.min(...first),
    promptTokensPerSecond: speed(reports.map(({ usage, timing }) => ({ tokens: usage.inputTokens, rate: timing.promptTokensPerSecond }))),
    tokensPerSecond: speed(reports.map(({ usage, timing }) => ({ tokens: usage.outputTokens, rate: timing.tokensPerSecond }))),
  }
}

function speed(measured: readonly { tokens: number; rate: number }[]): number {
  const known = measured.filter(({ tokens, rate }) => tokens > 0 && rate > 0)
  const seconds = known.reduce((sum, { tokens, rate }) => sum + tokens / rate, 0)
  const tokens = known.reduce((sum, { tokens: count }) => sum + count, 0)
  return seconds > 0 && Number.isFinite(tokens / seconds) ? Math.round((tokens / seconds) * 10) / 10 : 0
}
