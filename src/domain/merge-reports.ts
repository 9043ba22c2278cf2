import { AppError } from './errors.ts'
import { byPlace, withIds } from './fingerprint.ts'
import { mergeEngines, mergeTiming, mergeUsage } from './merge-measures.ts'
import type { Coverage, Notice, Report } from './report.ts'
import { isInShard, type Shard, shardOf } from './shard.ts'
import { terminalLine } from './trust-terminal.ts'

/** A report and where it came from, so that an error can name it. */
export interface NamedReport {
  name: string
  report: Report
}

/** What only the task that wrote the reports knows: its sentences. */
export interface MergeWording {
  /** The change that a report is of, in the words of its summary; null where that is no sentence of this task. */
  changeOf(report: Report): string | null
  summaryOf(facts: Pick<Report, 'findings' | 'coverage' | 'completeness' | 'result'>, change: string): string
  /** What the task has beyond findings, of all parts together; without it, it is the same in all of them. */
  resultOf?(reports: readonly Report[]): Report['result']
  /** Whether a notice counts something in the files of its shard. */
  isShare(notice: Notice): boolean
  /** Such notices of all shards, told once; in all of them together so many questions were planned. */
  totalsOf(shares: readonly Notice[], questions: number): Notice[]
  /** The order in which a whole run lists its files. */
  comparePaths(a: string, b: string): number
}

/** A report and its place among those that make the whole; of its files, so many questions were planned. */
export interface MergedPart {
  report: Report
  shard: Shard & { questions: number }
}

type Part = NamedReport & MergedPart

/** The report that the whole run would have written, from those of all its shards. Throws `REPORT_INVALID` where they do not make a whole. */
export function mergeReports(reports: readonly NamedReport[], wording: MergeWording): Report {
  const parts = reports.map(partOf).toSorted((a, b) => a.shard.index - b.shard.index)
  const [first] = parts
  if (!first) throw new AppError('REPORT_INVALID', 'There is no report to merge.')
  for (const part of parts) requireSameRun(part, first)
  requireAllShards(parts, first.shard.count)
  for (const part of parts) requireOwnFiles(part)
  return mergeParts(parts, wording, sameChange(parts, wording))
}

/** What the parts of one run make together: whoever calls it has made sure that they are of one run. */
export function mergeParts(parts: readonly MergedPart[], wording: MergeWording, change: string): Report {
  const [first] = parts
  if (!first) throw new AppError('REPORT_INVALID', 'There is no report to merge.')
  const coverage = mergeCoverage(parts, wording)
  const findings = withIds(parts.flatMap(({ report }) => report.findings).toSorted(byPlace))
  const completeness = parts.some(({ report }) => report.completeness === 'partial') ? 'partial' : 'complete'
  const { engine, notices: engineNotices } = mergeEngines(parts)
  const result = wording.resultOf?.(parts.map(({ report }) => report)) ?? first.report.result
  return {
    ...first.report,
    completeness,
    summary: wording.summaryOf({ findings, coverage, completeness, result }, change),
    result,
    findings,
    patch: parts.map(({ report }) => report.patch).join(''),
    coverage,
    engine,
    usage: mergeUsage(parts.map(({ report }) => report.usage)),
    timing: mergeTiming(parts.map(({ report }) => report)),
    notices: [...mergeNotices(parts, wording), ...engineNotices],
  }
}

function partOf({ name, report }: NamedReport): Part {
  const shard = shardOf(report.notices)
  if (shard) return { name, report, shard }
  throw invalid(
    `${name} is not the report of a shard`,
    'Write one per shard with `agent review --shard <i>/<n> --format json --output <file>`.',
  )
}

function requireSameRun(part: Part, first: Part): void {
  const facts: readonly ((of: Part) => string)[] = [
    ({ report }) => `of agent ${terminalLine(report.task)}`,
    ({ report }) => `by version ${terminalLine(report.tool.version)}`,
    ({ shard }) => `of one of ${shard.count} shards`,
  ]
  const differs = facts.find((fact) => fact(part) !== fact(first))
  if (differs) throw invalid(`${part.name} is ${differs(part)}, and ${first.name} is ${differs(first)}`, 'Merge the reports of one run.')
}

function requireAllShards(parts: readonly Part[], count: number): void {
  const twice = parts.find(({ shard }, index) => parts[index - 1]?.shard.index === shard.index)
  const twin = twice && parts.find(({ shard }) => shard.index === twice.shard.index)
  if (twice && twin) {
    throw invalid(
      `${twin.name} and ${twice.name} are both of shard ${twice.shard.index} of ${count}`,
      'Name the report of each shard once.',
    )
  }
  if (parts.length === count) return
  const there = new Set(parts.map(({ shard }) => shard.index))
  const missing: number[] = []
  for (let index = 1; index <= count && missing.length < 10; index++) if (!there.has(index)) missing.push(index)
  const more = count - parts.length - missing.length
  const list = [...missing, ...(more > 0 ? [`${more} more`] : [])].join(', ')
  throw invalid(
    `${missing.length + more === 1 ? `The report of shard ${list} is` : `The reports of shards ${list} are`} missing: there are ${parts.length} of ${count}`,
    'Name the reports of all shards; a shard that failed has to be run again.',
  )
}

/** A report that tells of files of another shard was written by something else, or its mark was changed. */
function requireOwnFiles({ name, report, shard }: Part): void {
  const paths = [...report.coverage.files.map(({ path }) => path), ...report.findings.map(({ region }) => region.path)]
  const foreign = paths.find((path) => !isInShard(path, shard))
  if (foreign === undefined) return
  throw invalid(
    `${name} says that it is of shard ${shard.index} of ${shard.count}, but tells of ${terminalLine(foreign)}, which is not a file of that shard`,
    'Run this shard again.',
  )
}

function sameChange(parts: readonly Part[], { changeOf }: MergeWording): string {
  const changes = parts.map(({ name, report }) => ({ name, change: changeOf(report) }))
  const unknown = changes.find(({ change }) => change === null)
  if (unknown) throw invalid(`The summary of ${unknown.name} does not say which change was looked at`, 'Run this shard again.')
  const [first] = changes
  const other = changes.find(({ change }) => change !== first?.change)
  if (first && other) {
    throw invalid(
      `The reports are of different changes: ${first.name} of ${terminalLine(first.change ?? '')}, ${other.name} of ${terminalLine(other.change ?? '')}`,
      'Review the same commits in every shard.',
    )
  }
  return first?.change ?? ''
}

function mergeCoverage(parts: readonly MergedPart[], { comparePaths }: MergeWording): Coverage {
  const coverages = parts.map(({ report }) => report.coverage)
  return {
    changedLines: sum(coverages, ({ changedLines }) => changedLines),
    seenLines: sum(coverages, ({ seenLines }) => seenLines),
    files: coverages.flatMap(({ files }) => files).toSorted((a, b) => comparePaths(a.path, b.path)),
  }
}

function mergeNotices(parts: readonly MergedPart[], { isShare, totalsOf }: MergeWording): Notice[] {
  const lists = parts.map(({ report }) => report.notices.filter(({ code }) => code !== 'SHARD'))
  const shares = lists.flat().filter(isShare)
  const totals = totalsOf(
    shares,
    sum(parts, ({ shard }) => shard.questions),
  )
  return [...unionInOrder(lists.map((list) => list.filter((notice) => !isShare(notice)))), ...totals]
}

/** What was told, each once; what one shard told before something that another told too stays before it. */
function unionInOrder(lists: readonly (readonly Notice[])[]): Notice[] {
  const merged: Notice[] = []
  const place = (notice: Notice) => merged.findIndex(({ code, message }) => code === notice.code && message === notice.message)
  for (const list of lists) {
    list.forEach((notice, index) => {
      if (place(notice) !== -1) return
      const next = list
        .slice(index + 1)
        .map(place)
        .find((at) => at !== -1)
      merged.splice(next ?? merged.length, 0, notice)
    })
  }
  return merged
}

const sum = <Item>(items: readonly Item[], of: (item: Item) => number) => items.reduce((total, item) => total + of(item), 0)

const invalid = (what: string, hint: string) => new AppError('REPORT_INVALID', `${what}.`, { hint })
