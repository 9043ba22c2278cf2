import { isAlreadyApplied, hasLines } from './already-applied.ts'
import { blankLinesLevel } from './blank-lines-level.ts'
import { readingsOf } from './block-readings.ts'
import type { EditBlock } from './edit-block.ts'
import { elisionLevel } from './elision-level.ts'
import { exactLevel } from './exact-level.ts'
import { type FileLines, isBlank, readLines } from './file-lines.ts'
import { foldingLevel } from './folding-level.ts'
import { indentationLevel } from './indentation-level.ts'
import type { Change, Level, LevelName, Match, Reading } from './level.ts'
import { nearMatchLevel } from './near-match-level.ts'
import { type NearestLines, nearestLines } from './nearest-lines.ts'
import { partOfLineLevel } from './part-of-line-level.ts'
import { trailingSpaceLevel } from './trailing-space-level.ts'
import { settleNewLines } from './unseen-slips.ts'
import { trimChange, writeChanges } from './write-changes.ts'

export type RefusalReason = 'empty-search' | 'not-found' | 'ambiguous' | 'no-change' | 'already-applied' | 'unsafe' | 'overlap'

export interface Refusal {
  status: 'refused'
  /** Which block, from 0. */
  block: number
  reason: RefusalReason
  /** What happened, for 'unsafe'. */
  detail?: string
  /** Lines, from 1, at which the block would fit; for 'overlap', of the block that is in the way. */
  candidates: readonly number[]
  /** The lines that were probably meant. */
  nearest: NearestLines | null
}

export interface AppliedBlock {
  level: LevelName
  /** First and last line, from 1 and in the new text, of what was changed; after a deletion, the last is the line before the first. */
  startLine: number
  endLine: number
}

export type EditResult = { status: 'applied'; text: string; blocks: readonly AppliedBlock[] } | Refusal

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

/**
 * Applies all blocks or none. A block must fit one place at the nearest level where it fits at all; anything that would be a guess, was done
 * before or changes nothing is refused. Lines that stay keep the file's own bytes, and the text its byte order mark, line ends and last newline.
 */
export function applyEdits(text: string, blocks: readonly EditBlock[]): EditResult {
  const file = readLines(text)
  const located: Located[] = []
  for (const [index, block] of blocks.entries()) {
    const result = locate(file, block)
    if ('reason' in result) return { status: 'refused', block: index, candidates: [], nearest: null, ...result }
    located.push({ ...result, block: index })
  }
  const overlap = overlapOf(located)
  if (overlap) return overlap
  const changes = inOrder(located).map(({ change }) => change)
  return { status: 'applied', text: writeChanges(file, changes), blocks: located.map((one) => regionOf(one, located)) }
}

type Why = Pick<Refusal, 'reason'> & Partial<Refusal>

interface Found {
  level: LevelName
  changes: readonly Change[]
}

interface Located extends Found {
  block: number
}

function locate(file: FileLines, block: EditBlock): Found | Why {
  const readings = readingsOf(block)
  const [raw] = readings
  if (!raw || raw.search.every(isBlank)) return locateNothing(file, raw)
  for (const [level, find] of levels) {
    for (const reading of readings) {
      const matches = find(file, reading)
      if (matches.length > 1) return { reason: 'ambiguous', candidates: matches.slice(0, 10).map(({ start }) => start + 1) }
      const [match] = matches
      if (match) return judge(file, match, { level, reading })
    }
  }
  if (readings.some(({ replace }) => hasLines(file, replace))) return { reason: 'already-applied' }
  return { reason: 'not-found', nearest: nearestLines(file, raw.search) }
}

/** SEARCH without a line fits an empty file only. */
function locateNothing(file: FileLines, reading: Reading | undefined): Found | Why {
  const isEmpty = file.texts.every(isBlank)
  if (!isEmpty || !reading || reading.replace.length === 0) return { reason: 'empty-search' }
  return { level: 'exact', changes: [{ start: 0, end: file.texts.length, content: reading.replace }] }
}

function judge(file: FileLines, match: Match, { level, reading }: { level: LevelName; reading: Reading }): Found | Why {
  const candidates = [match.start + 1]
  const nearest = { startLine: match.start + 1, lines: file.texts.slice(match.start, Math.min(match.end, match.start + 30)) }
  if ('problem' in match) return { reason: 'unsafe', detail: match.problem, candidates, nearest }
  const settled = settleNewLines(file, reading.search, newLinesOf(file, match.changes))
  if ('problem' in settled) return { reason: 'unsafe', detail: settled.problem, candidates, nearest }
  const changes = match.changes.flatMap((raw) => {
    const change = { ...raw, content: raw.content.map((line) => (typeof line === 'number' ? line : settled.settle(line))) }
    const trimmed = trimChange(file, change)
    return trimmed ? [{ trimmed, change }] : []
  })
  if (changes.length === 0) return { reason: 'no-change', candidates }
  if (changes.some(({ change }) => isAlreadyApplied(file, change))) return { reason: 'already-applied', candidates, nearest }
  return { level, changes: changes.map(({ trimmed }) => trimmed) }
}

function newLinesOf(file: FileLines, changes: readonly Change[]): string[] {
  return changes.flatMap((change) => (trimChange(file, change)?.content ?? []).filter((line) => typeof line === 'string'))
}

interface Placed {
  change: Change
  block: number
}

const inOrder = (located: readonly Located[]): Placed[] =>
  located
    .flatMap(({ changes, block }) => changes.map((change) => ({ change, block })))
    .toSorted((a, b) => a.change.start - b.change.start || a.change.end - b.change.end)

function overlapOf(located: readonly Located[]): Refusal | null {
  const placed = inOrder(located)
  for (const [index, { change, block }] of placed.entries()) {
    const next = placed[index + 1]
    if (!next) break
    // Two insertions at one place have no order that the file could tell.
    const isSamePlace = next.change.start === change.start
    if (!isSamePlace && next.change.start >= change.end) continue
    const [earlier, later] = [Math.min(block, next.block), Math.max(block, next.block)]
    return { status: 'refused', block: later, reason: 'overlap', detail: `${earlier}`, candidates: [next.change.start + 1], nearest: null }
  }
  return null
}

function regionOf({ level, changes, block }: Located, located: readonly Located[]): AppliedBlock {
  let shift = 0
  let [startLine, endLine] = [Infinity, 0]
  for (const placed of inOrder(located)) {
    const { start, end, content } = placed.change
    if (placed.block === block && changes.includes(placed.change)) {
      startLine = Math.min(startLine, start + shift + 1)
      endLine = Math.max(endLine, start + shift + content.length)
    }
    shift += content.length - (end - start)
  }
  return { level, startLine, endLine }
}
