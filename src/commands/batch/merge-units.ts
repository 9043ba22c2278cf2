import { plural } from '../../domain/plural.ts'
import { type MergedPart, mergeParts, type MergeWording } from '../../domain/merge-reports.ts'
import { mergeResults, summaryOfResult } from '../../domain/merge-results.ts'
import type { Notice, Report, ReportUsage, Timing } from '../../domain/report.ts'
import { type Shard, shardNotice } from '../../domain/shard.ts'
import { version } from '../../domain/version.ts'
import { reviewWording } from '../../tasks/review/merge-wording.ts'
import { comparePaths } from '../../workspace/path-bytes.ts'
import type { BatchUnit } from './list-units.ts'
import type { UnitEnding } from './run-units.ts'
import type { UnitResult } from './unit-store.ts'

/** The sentences of a task that is no review: what it comes to is in its result. */
const wordingOfResults: MergeWording = {
  changeOf: () => '',
  summaryOf: ({ result }) => summaryOfResult(result),
  resultOf: (reports) => mergeResults(reports[0]?.task ?? '', reports),
  isShare: () => false,
  totalsOf: () => [],
  comparePaths,
}

/** How the reports of parts of a task are put together. */
export function wordingFor(task: string): MergeWording {
  return task === 'review' ? { ...reviewWording, comparePaths } : wordingOfResults
}

interface BatchOutcome {
  task: string
  noun: 'file' | 'package'
  description: string
  units: readonly BatchUnit[]
  /** Results of an earlier run. */
  known: ReadonlyMap<string, UnitResult>
  endings: readonly UnitEnding[]
  shard: Shard | undefined
  /** What was told before the first unit began. */
  notices: readonly Notice[]
  seed: number
  totalMs: number
  /** Why units were not begun. */
  stoppedBy: string
}

const free: ReportUsage = { requests: 0, inputTokens: 0, cachedInputTokens: 0, outputTokens: 0, cacheHits: 0 }
const instant: Timing = { totalMs: 0, firstTokenMs: 0, promptTokensPerSecond: 0, tokensPerSecond: 0 }

/** The one report of a batch, in the order of its units: the same whether it ran through or was stopped on the way. */
export function mergeUnits(outcome: BatchOutcome): Report {
  const { units, task, description, shard, totalMs } = outcome
  const results = resultsOf(outcome)
  const parts = units.flatMap(({ name }): MergedPart[] => {
    const result = results.get(name)
    return result ? [{ report: result.report, shard: { index: 1, count: 1, questions: result.questions } }] : []
  })
  const merged = mergeParts(
    parts.length > 0 ? parts : [{ report: emptyReport(outcome), shard: { index: 1, count: 1, questions: 0 } }],
    wordingFor(task),
    description,
  )
  const questions = [...results.values()].reduce((sum, result) => sum + result.questions, 0)
  const isUnfinished = parts.length < units.length
  return {
    ...merged,
    completeness: isUnfinished ? 'partial' : merged.completeness,
    timing: { ...merged.timing, totalMs: Math.round(totalMs) },
    notices: [...(shard ? [shardNotice(shard, questions)] : []), ...outcome.notices, ...merged.notices, ...failuresOf(outcome)],
  }
}

function resultsOf({ known, endings }: BatchOutcome): Map<string, UnitResult> {
  const recalled = [...known].map(([name, result]) => [name, recalledResult(result)] as const)
  const fresh = endings.flatMap((ending) => (ending.kind === 'done' ? [[ending.unit.name, ending.result] as const] : []))
  return new Map([...recalled, ...fresh])
}

/** What was asked in an earlier run costs nothing in this one. */
function recalledResult(result: UnitResult): UnitResult {
  const { usage } = result.report
  return { ...result, report: { ...result.report, usage: { ...free, cacheHits: usage.cacheHits + usage.requests }, timing: instant } }
}

function failuresOf({ units, known, endings, noun, stoppedBy }: BatchOutcome): Notice[] {
  const failed = endings.flatMap((ending) => (ending.kind === 'failed' ? [ending] : []))
  const left = units.length - known.size - endings.length
  return [
    ...failed.map(({ unit, error }) => ({ code: error.code, message: `${unit.name}: ${error.message}`, hint: error.hint ?? '' })),
    ...(left > 0
      ? [
          {
            code: 'UNITS_NOT_BEGUN',
            message: `${left} of ${plural(units.length, noun)} ${left === 1 ? 'was' : 'were'} not begun: ${stoppedBy}.`,
            hint: 'Start the same command again: it goes on with what is left.',
          },
        ]
      : []),
  ]
}

function emptyReport({ task, description, seed, units }: BatchOutcome): Report {
  const coverage = { changedLines: 0, seenLines: 0, files: [] }
  return {
    schemaVersion: 1,
    tool: { name: 'coding-agent', version },
    task,
    completeness: units.length === 0 ? 'complete' : 'partial',
    summary: description,
    findings: [],
    patch: '',
    coverage,
    result: task === 'review' ? { task } : null,
    engine: { kind: 'none', model: '', digest: null, seed },
    usage: free,
    timing: instant,
    notices: [],
  }
}
