import { isBlank } from './file-lines.ts'
import type { Level, Match, Reading } from './level.ts'
import { mostPlaces, occurrences } from './occurrences.ts'

/** The exact text from inside one line to inside another; only where no word is cut in two. */
export const partOfLineLevel: Level = (file, reading) => {
  const edges = [reading.search[0], reading.search.at(-1)]
  // An end without text fits every line.
  if (reading.isWholeLines || edges.some((line = '') => isBlank(line))) return []
  const search = reading.search.join('\n')
  const text = file.texts.join('\n')
  return occurrences(text, search, mostPlaces).map((position) => matchAt(reading, { text, search, position }))
}

interface Part {
  text: string
  search: string
  position: number
}

function matchAt({ search: searchLines, replace }: Reading, part: Part): Match {
  const { text, position } = part
  const stop = position + part.search.length
  const lineStart = position === 0 ? 0 : text.lastIndexOf('\n', position - 1) + 1
  const start = countNewlines(text, lineStart)
  const end = start + searchLines.length
  if (cutsWord(text, position) || cutsWord(text, stop)) return { start, end, problem: 'SEARCH begins or ends inside a word of the file' }
  const written = replace.join('\n')
  if (isWrittenAround(part, written)) return { start, end, problem: 'the file has there already what REPLACE says' }
  const content = text.slice(lineStart, position) + written + text.slice(stop, endOfLine(text, stop))
  return { start, end, changes: [{ start, end, content: content.split('\n') }] }
}

function endOfLine(text: string, from: number): number {
  const found = text.indexOf('\n', from)
  return found === -1 ? text.length : found
}

function countNewlines(text: string, until: number): number {
  let count = 0
  for (let at = text.indexOf('\n'); at !== -1 && at < until; at = text.indexOf('\n', at + 1)) count++
  return count
}

const isWord = (character: string) => /[\p{L}\p{N}_$]/u.test(character)

function cutsWord(text: string, position: number): boolean {
  return isWord(text.charAt(position - 1)) && isWord(text.charAt(position))
}

/** Whether REPLACE contains SEARCH, and the file has all of REPLACE around this place. */
function isWrittenAround({ text, search, position }: Part, written: string): boolean {
  if (written === search) return false
  return occurrences(written, search, mostPlaces).some((inside) => position >= inside && text.startsWith(written, position - inside))
}
