import { hasLines, isAlreadyApplied, isWrittenElsewhere } from './already-applied.ts'
import { blankLinesLevel } from './blank-lines-level.ts'
import { readingsOf } from './block-readings.ts'
import type { EditBlock } from './edit-block.ts'
import type { Refusal } from './edit-result.ts'
import { elisionLevel } from './elision-level.ts'
import { exactLevel } from './exact-level.ts'
import { type FileLines, isBlank } from './file-lines.ts'
import { foldingLevel } from './folding-level.ts'
import { indentationLevel } from './indentation-level.ts'
import type { Change, Level, LevelName, Match, Reading } from './level.ts'
import { nearMatchLevel } from './near-match-level.ts'
import { nearestLines } from './nearest-lines.ts'
import { mostPlaces } from './occurrences.ts'
import { partOfLineLevel } from './part-of-line-level.ts'
import { trailingSpaceLevel } from './trailing-space-level.ts'
import { settleNewLines } from './unseen-slips.ts'
import { trimChange } from './write-changes.ts'

const levels: readonly (readonly [LevelName, Level])[] = [
  ['exact', exactLevel],
  ['trailing-space', trailingSpaceLevel],
  ['folding', foldingLevel],
  ['indentation', indentationLevel],
  ['part-of-line', partOfLineLevel],
  ['blank-lines', blankLinesLevel],
  ['elision', elisionLevel],
  ['near-match', nearMatchLevel],
]

const mostShown = 30

/** Where a block fits, and what it changes there, without the lines that stay. */
export interface LocatedBlock {
  level: LevelName
  changes: readonly Change[]
}

export type Obstacle = Pick<Refusal, 'reason'> & Partial<Refusal>

/** The one place where a block fits at the nearest level where it fits at all, or why it must not be applied. */
export function locateBlock(file: FileLines, block: EditBlock): LocatedBlock | Obstacle {
  const readings = readingsOf(block)
  const [raw] = readings
  if (!raw || raw.search.every(isBlank)) return fillEmptyFile(file, raw?.replace ?? [])
  for (const [level, find] of levels) {
    for (const reading of readings) {
      const matches = find(file, reading)
      const [match] = matches
      if (matches.length > 1) return { reason: 'ambiguous', candidates: matches.slice(0, mostPlaces).map(({ start }) => start + 1) }
      if (match) return judge(file, match, { level, reading })
    }
  }
  if (readings.some(({ replace }) => hasLines(file, replace))) return { reason: 'already-applied' }
  return { reason: 'not-found', nearest: nearestLines(file, raw.search) }
}

/** A SEARCH that says nothing fits an empty file only. */
function fillEmptyFile(file: FileLines, replace: readonly string[]): LocatedBlock | Obstacle {
  if (!file.texts.every(isBlank)) return { reason: 'empty-search' }
  if (replace.every(isBlank)) return { reason: 'no-change' }
  return { level: 'exact', changes: [{ start: 0, end: file.texts.length, content: replace }] }
}

function judge(file: FileLines, match: Match, { level, reading }: { level: LevelName; reading: Reading }): LocatedBlock | Obstacle {
  const { start, end } = match
  const place = {
    candidates: [start + 1],
    nearest: { startLine: start + 1, lines: file.texts.slice(start, Math.min(end, start + mostShown)) },
  }
  if ('problem' in match) return { reason: 'unsafe', detail: match.problem, ...place }
  const settled = settleNewLines(file, reading.search, newLinesOf(file, match.changes))
  if ('problem' in settled) return { reason: 'unsafe', detail: settled.problem, ...place }
  const settle = (line: number | string) => (typeof line === 'number' ? line : settled.settle(line))
  const whole = match.changes.map((change) => ({ ...change, content: change.content.map(settle) }))
  const real = whole.filter((change) => trimChange(file, change) !== null)
  if (real.length === 0) return { reason: 'no-change', candidates: place.candidates }
  const isDone = real.some((change) => isAlreadyApplied(file, change)) || (level !== 'exact' && isWrittenElsewhere(file, match, reading))
  if (isDone) return { reason: 'already-applied', ...place }
  return { level, changes: trimmed(file, real) }
}

const trimmed = (file: FileLines, changes: readonly Change[]) => changes.flatMap((change) => trimChange(file, change) ?? [])

function newLinesOf(file: FileLines, changes: readonly Change[]): string[] {
  return trimmed(file, changes).flatMap(({ content }) => content.filter((line) => typeof line === 'string'))
}
