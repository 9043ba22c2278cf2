import { isBlank } from './file-lines.ts'
import type { FileLines } from './file-lines.ts'

/** Lines of the file that come closest to what was searched, for whoever has to try again. */
export interface NearestLines {
  /** From 1. */
  startLine: number
  lines: readonly string[]
}

const mostShown = 30
const mostWords = 300
/** A line that stands more often than this says little about the place. */
const commonest = 50

/** The lines that share most with SEARCH: whole lines first, single words otherwise; null where nothing is shared. Linear in both. */
export function nearestLines(file: FileLines, search: readonly string[]): NearestLines | null {
  const start = startByLines(file, search) ?? startByWords(file, search)
  if (start === null) return null
  const from = Math.max(0, Math.min(start, file.texts.length - 1))
  return { startLine: from + 1, lines: file.texts.slice(from, from + Math.min(Math.max(search.length, 1), mostShown)) }
}

/** Every line that stands in both votes for where the block begins. */
function startByLines(file: FileLines, search: readonly string[]): number | null {
  const places = new Map<string, number[]>()
  for (const [index, line] of file.trimmed().entries()) {
    if (isBlank(line)) continue
    const known = places.get(line)
    if (known) known.push(index)
    else places.set(line, [index])
  }
  const votes = new Map<number, number>()
  for (const [index, line] of search.entries()) {
    const found = places.get(line.trim()) ?? []
    if (found.length > commonest) continue
    for (const place of found) votes.set(place - index, (votes.get(place - index) ?? 0) + 1 / found.length)
  }
  return mostOf(votes)
}

/** The line with most of the block's words begins what is shown. */
function startByWords(file: FileLines, search: readonly string[]): number | null {
  const words = new Set(wordsOf(search.join('\n').slice(0, 20_000)).slice(0, mostWords))
  const votes = new Map<number, number>()
  for (const [index, line] of file.texts.entries()) {
    const own = new Set(wordsOf(line.slice(0, 2000)))
    const shared = [...own].filter((word) => words.has(word)).length
    if (shared > 0 && shared * 2 >= own.size) votes.set(index, shared)
  }
  return mostOf(votes)
}

const wordsOf = (text: string) => text.match(/[\p{L}\p{N}_]{2,40}/gu) ?? []

function mostOf(votes: ReadonlyMap<number, number>): number | null {
  let best: number | null = null
  let most = 0
  for (const [place, count] of votes) {
    if (count <= most) continue
    best = place
    most = count
  }
  return best
}
