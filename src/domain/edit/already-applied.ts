import { isBlank } from './file-lines.ts'
import type { FileLines } from './file-lines.ts'
import type { Change, Reading } from './level.ts'
import { occurrences } from './occurrences.ts'

/** Whether the file already has, around the lines to be changed, what the change would put there: then the edit was made before. */
export function isAlreadyApplied(file: FileLines, { start, end, content }: Change): boolean {
  const wanted = content.map((line) => (typeof line === 'number' ? (file.texts[line] ?? '') : line).trimEnd())
  if (wanted.length <= end - start) return false
  const from = Math.max(0, start - wanted.length)
  const around = file.trailing().slice(from, end + wanted.length)
  if (isAround(around, wanted, { start: start - from, end: end - from })) return true
  return isAroundBlanks(around, wanted, { start: start - from, end: end - from })
}

interface Range {
  start: number
  end: number
}

function isAround(lines: readonly string[], wanted: readonly string[], { start, end }: Range): boolean {
  return occurrences(lines, wanted).some((at) => at <= start && at + wanted.length >= end)
}

/** The same with blank lines left out, unless the edit is about blank lines only. */
function isAroundBlanks(lines: readonly string[], wanted: readonly string[], { start, end }: Range): boolean {
  const solid = wanted.filter((line) => !isBlank(line))
  const indexes = lines.flatMap((line, index) => (isBlank(line) ? [] : [index]))
  const replaced = indexes.filter((index) => index >= start && index < end).length
  if (solid.length <= replaced) return false
  const keys = indexes.map((index) => lines[index] ?? '')
  return occurrences(keys, solid).some((at) => (indexes[at] ?? 0) <= start && (indexes[at + solid.length - 1] ?? 0) >= end - 1)
}

/** Whether the file has these lines anywhere, which explains why what they replace is gone. */
export function hasLines(file: FileLines, lines: readonly string[]): boolean {
  return (
    lines.some((line) => !isBlank(line)) &&
    occurrences(
      file.trailing(),
      lines.map((line) => line.trimEnd()),
      1,
    ).length > 0
  )
}

/** Whether new lines of a block that fits only loosely stand somewhere else: then it was made there, and this is another place. */
export function isWrittenElsewhere(file: FileLines, { start, end }: Range, { search, replace }: Reading): boolean {
  const known = new Set(search.map((line) => line.trimEnd()))
  if (replace.length < 2 || replace.every((line) => known.has(line.trimEnd()))) return false
  const keys = replace.map((line) => line.trimEnd())
  return occurrences(file.trailing(), keys).some((at) => at >= end || at + keys.length <= start)
}
