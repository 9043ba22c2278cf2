import type { Coverage, CoveredFile } from '../../domain/report.ts'
import type { UnitOutcome } from './ask-units.ts'
import type { Plan, PlannedFile } from './plan.ts'

/** Accounts for every changed line: seen by the model, or with the reason why not. */
export function coverageOf(plan: Plan, outcomes: readonly UnitOutcome[]): Coverage {
  const byUnit = new Map(outcomes.map((outcome) => [outcome.unit.id, outcome]))
  const files = plan.files.map((file) => coverFile(file, byUnit))
  return { changedLines: total(files, 'changedLines'), seenLines: total(files, 'seenLines'), files }
}

function coverFile({ path, changedLines, skip, units }: PlannedFile, outcomes: ReadonlyMap<string, UnitOutcome>): CoveredFile {
  const seen = units.filter(({ id }) => outcomes.get(id)?.status === 'seen')
  const seenLines = seen.reduce((sum, unit) => sum + unit.shownLines, 0)
  const missed = units.map(({ id }) => outcomes.get(id)).find((outcome) => outcome?.status === 'unseen')
  const skipped = missed?.status === 'unseen' ? { reason: missed.reason, expected: false } : skip
  return { path, changedLines, seenLines, skipped }
}

/** The coverage of a run that was asked to use no model: its checks saw every line of every file that is not skipped. */
export function coverageOfChecks(plan: Plan): Coverage {
  const files = plan.files.map(({ path, changedLines, skip, units }) => {
    const seenLines = units.reduce((sum, unit) => sum + unit.changedLines, 0)
    return { path, changedLines, seenLines, skipped: units.length > 0 && seenLines === changedLines ? null : skip }
  })
  return { changedLines: total(files, 'changedLines'), seenLines: total(files, 'seenLines'), files }
}

const total = (files: readonly CoveredFile[], key: 'changedLines' | 'seenLines') => files.reduce((sum, file) => sum + file[key], 0)

/** Whether anything was left unseen that nobody expected to be skipped. */
export function isPartial({ files }: Coverage): boolean {
  return files.some(({ skipped }) => skipped !== null && !skipped.expected)
}

/** Whether the model saw all of a file. It is asked of each by itself, so that what is said of a file does not hang on the others. */
export function filesSeen(outcomes: readonly UnitOutcome[]): (path: string) => boolean {
  const byPath = Map.groupBy(outcomes, ({ unit }) => unit.path)
  return (path) => byPath.get(path)?.every(({ status }) => status === 'seen') ?? false
}
