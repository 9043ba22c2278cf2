import { alignLines } from './align-lines.ts'
import { isBlank, solidIn, withoutTrailingSpace } from './file-lines.ts'
import type { FileLines } from './file-lines.ts'
import type { Level, Match, Reading } from './level.ts'
import { occurrences } from './occurrences.ts'

/** Lines that are not blank which a block must have, so that what is left of it still names one place. */
const fewestLines = 3

/** Whole lines with blank ones left out on either side. Blank lines that the edit does not touch stay as the file has them. */
export const blankLinesLevel: Level = (file, reading) => {
  const solid = solidIn(reading.search)
  const keys = solid.map((index) => (reading.search[index] ?? '').trimEnd())
  const fileSolid = file.solid()
  const fileKeys = fileSolid.map((index) => file.trailing()[index] ?? '')
  return occurrences(fileKeys, keys).flatMap((at): Match[] => {
    const here = fileSolid.slice(at, at + keys.length)
    const [start = 0, last = 0] = [here[0], here.at(-1)]
    const isGapless = last - start === keys.length - 1 && (solid.at(-1) ?? 0) - (solid[0] ?? 0) === keys.length - 1
    if (keys.length < fewestLines && !isGapless) return []
    return [{ start, end: last + 1, changes: [{ start, end: last + 1, content: contentOf(file, reading, here) }] }]
  })
}

/** One line that is not blank, and how many blank ones come before it. */
interface Spaced {
  line: string
  gap: number
  index: number
}

function contentOf(file: FileLines, { search, replace }: Reading, here: readonly number[]): (number | string)[] {
  const [before, after] = [spacedLines(search), spacedLines(replace)]
  const partner = alignLines(before.map(({ line }) => line), after.map(({ line }) => line))
  const content: (number | string)[] = []
  for (const [index, { gap, index: written }] of after.entries()) {
    const same = partner[index] ?? -1
    const searchGap = same >= 0 ? before[same]?.gap : undefined
    const follows = index > 0 && same > 0 && partner[index - 1] === same - 1
    const fileGap = same > 0 ? blanksBefore(here, same) : []
    // Where the model left a gap as it saw it, the file's own gap stays; a gap it changed becomes what it wrote.
    const keepsGap = follows ? gap === searchGap : gap === 0 && fileGap.length > 0 && index > 0
    if (keepsGap) content.push(...fileGap)
    else if (index > 0) content.push(...replace.slice(written - gap, written))
    else content.push(...replace.slice(Math.min(written, before[0]?.gap ?? 0), written))
    content.push(same >= 0 ? (here[same] ?? 0) : (replace[written] ?? ''))
  }
  return content
}

function spacedLines(lines: readonly string[]): Spaced[] {
  let previous = -1
  return lines.flatMap((line, index) => {
    if (isBlank(line)) return []
    const gap = index - previous - 1
    previous = index
    return [{ line: withoutTrailingSpace(line), gap, index }]
  })
}

function blanksBefore(here: readonly number[], index: number): number[] {
  const [from, to] = [(here[index - 1] ?? 0) + 1, here[index] ?? 0]
  return Array.from({ length: to - from }, (_, offset) => from + offset)
}
