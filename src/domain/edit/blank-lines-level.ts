import { type FileLines, isBlank, solidIn, withoutTrailingSpace } from './file-lines.ts'
import type { Level, Match, Reading } from './level.ts'
import { mostPlaces, occurrences } from './occurrences.ts'
import { pairLines, spaceRule } from './rewrite-lines.ts'

/** Lines that are not blank which a block must have, so that what is left of it still names one place. */
const fewestLines = 3

/** Whole lines with blank ones left out on either side. Blank lines that the edit does not touch stay as the file has them. */
export const blankLinesLevel: Level = (file, reading) => {
  const before = spacedLines(reading.search)
  const solid = file.solid()
  const keys = solid.map((index) => file.trailing()[index] ?? '')
  const wanted = before.map(({ key }) => key)
  return occurrences(keys, wanted, mostPlaces).flatMap((at): Match[] => {
    const here = solid.slice(at, at + wanted.length)
    const [start = 0, last = 0] = [here[0], here.at(-1)]
    const hasInnerGap = last - start >= wanted.length || before.some(({ gap }, index) => index > 0 && gap > 0)
    if ((hasInnerGap && !isTelling(wanted)) || !hasSameEdges(file, reading.search, { start, last })) return []
    const end = last + 1
    return [{ start, end, changes: [{ start, end, content: contentOf(reading, before, { file, lines: here }) }] }]
  })
}

/** Two lines are enough when both are long. */
function isTelling(lines: readonly string[]): boolean {
  const words = (line: string) => line.match(/[\p{L}\p{N}_]/gu)?.length ?? 0
  return lines.length >= fewestLines || (lines.length === 2 && lines.every((line) => words(line) >= 8))
}

/** Blank lines around a block say what it is set apart from: the file has some there too, or ends. */
function hasSameEdges(file: FileLines, search: readonly string[], { start, last }: { start: number; last: number }): boolean {
  const isFree = (index: number) => isBlank(file.texts[index] ?? '')
  return (!isBlank(search[0] ?? '') || isFree(start - 1)) && (!isBlank(search.at(-1) ?? '') || isFree(last + 1))
}

/** One line that is not blank. */
interface Spaced {
  key: string
  index: number
  /** How many blank lines come before it. */
  gap: number
}

function spacedLines(lines: readonly string[]): Spaced[] {
  const solid = solidIn(lines)
  return solid.map((index, place) => ({ key: withoutTrailingSpace(lines[index] ?? ''), index, gap: index - (solid[place - 1] ?? -1) - 1 }))
}

interface Place {
  file: FileLines
  /** The indexes of the file's lines for those of SEARCH that are not blank. */
  lines: readonly number[]
}

/** REPLACE with the file's own lines where nothing changed. */
function contentOf({ search, replace }: Reading, before: readonly Spaced[], { file, lines: here }: Place): (number | string)[] {
  const after = spacedLines(replace)
  const pairs = pairLines(
    before.map(({ key }) => key),
    after.map(({ key }) => key),
  )
  const withoutSpace = spaceRule(
    before.map(({ index }) => search[index] ?? ''),
    here.map((index) => file.texts[index] ?? ''),
  )
  return after.flatMap(({ index, gap }, place) => {
    const { before: old, isSame } = pairs[place] ?? { before: undefined, isSame: false }
    const text = replace[index] ?? ''
    const known = old === undefined ? undefined : before[old]
    const isKept = isSame && known !== undefined && search[known.index] === text
    const line = isKept ? (here[old ?? 0] ?? 0) : withoutSpace({ text })
    const written = replace.slice(index - gap, index)
    // Blank lines that SEARCH put before its first line are not the file's.
    if (place === 0) return [...written.slice(before[0]?.gap ?? 0), line]
    if (old === undefined || known === undefined || old === 0) return [...written, line]
    const isNext = pairs[place - 1]?.before === old - 1
    const isUntouched = gap === (isNext ? known.gap : 0)
    return [...(isUntouched ? linesBetween(here[old - 1] ?? 0, here[old] ?? 0) : written), line]
  })
}

function linesBetween(from: number, to: number): number[] {
  return Array.from({ length: to - from - 1 }, (_, offset) => from + 1 + offset)
}
