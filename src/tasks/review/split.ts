import { estimateTokens } from '../../domain/tokens.ts'
import { anchorsOf, changedIn, type Row, renderRow } from './rows.ts'

const tokensOf = (row: Row) => estimateTokens(renderRow(row)) + 1

/**
 * Packs the hunks of a file into groups that fit the limit, in order. A hunk that is too large alone is cut where its code is least
 * indented, so that functions stay whole where they can. No row is lost; a group without any line to point at joins its neighbour.
 */
export function packHunks(hunks: readonly (readonly Row[])[], limit: number): Row[][][] {
  const pieces = hunks.flatMap((rows) => cut(rows, limit))
  const groups: Row[][][] = []
  let room = 0
  for (const piece of joinMute(pieces, limit)) {
    const cost = sum(piece.map(tokensOf))
    const last = groups.at(-1)
    if (last && cost <= room) {
      last.push(piece)
      room -= cost
    } else {
      groups.push([piece])
      room = limit - cost
    }
  }
  return groups
}

function cut(rows: readonly Row[], limit: number): Row[][] {
  const costs = rows.map(tokensOf)
  const pieces: Row[][] = []
  let start = 0
  for (let end = fitting(costs, start, limit); end < rows.length; end = fitting(costs, start, limit)) {
    const at = bestCut(rows, { start, fit: end })
    pieces.push(rows.slice(start, at))
    start = at
  }
  return [...pieces, rows.slice(start)]
}

/** Where the rows from `start` no longer fit; at least one row on. */
function fitting(costs: readonly number[], start: number, limit: number): number {
  let tokens = 0
  let end = start
  while (end < costs.length && (tokens += costs[end] ?? 0) <= limit) end++
  return Math.max(start + 1, end)
}

/** Looks back over the last half for the least indented beginning; never between a removed line and what replaced it. */
function bestCut(rows: readonly Row[], { start, fit }: { start: number; fit: number }): number {
  let best = fit
  let bestScore = Number.POSITIVE_INFINITY
  for (let at = fit; at > start + Math.max(1, Math.floor((fit - start) / 2)); at--) {
    const [before, after] = [rows[at - 1], rows[at]]
    if (!before || !after || (before.kind === 'removed' && after.kind !== 'context')) continue
    const score = (before.text.trim() === '' ? 0 : 2) + indentation(after.text)
    if (score < bestScore) [best, bestScore] = [at, score]
  }
  return best
}

const indentation = (text: string) => (text.trim() === '' ? 40 : text.length - text.trimStart().length)

/** What would make a neighbour too large is remarked instead of shown: it can only be removed lines. */
function joinMute(pieces: readonly Row[][], limit: number): Row[][] {
  const joined: Row[][] = []
  for (const piece of pieces) {
    const last = joined.at(-1)
    if (!last || (!isMute(piece) && !isMute(last))) joined.push([...piece])
    else if (costOf(last) + costOf(piece) <= limit) last.push(...piece)
    else if (isMute(piece)) last.push(...remarkOn(piece))
    else joined[joined.length - 1] = [...remarkOn(last), ...piece]
  }
  return joined
}

const costOf = (rows: readonly Row[]) => sum(rows.map(tokensOf))

function remarkOn(rows: readonly Row[]): Row[] {
  const { changed } = changedIn(rows)
  return changed === 0 ? [] : [{ kind: 'gap', line: null, text: '… more removed lines', hidden: changed }]
}

/** A piece without a line to point at. */
const isMute = (piece: readonly Row[]) => anchorsOf(piece).length === 0

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
