import { foldedKey, withoutTrailingSpace } from './file-lines.ts'
import { foldCharacters, foldLike } from './fold-characters.ts'
import type { Level } from './level.ts'
import { mostPlaces, occurrences } from './occurrences.ts'
import { rewriteLines, spaceRule } from './rewrite-lines.ts'

/** Whole lines with typographic quotes, dashes and spaces read as plain ones, on either side. */
export const foldingLevel: Level = (file, reading) =>
  occurrences(file.folded(), reading.search.map(foldedKey), mostPlaces).map((start) => {
    const end = start + reading.search.length
    const here = file.texts.slice(start, end)
    const withoutSpace = spaceRule(reading.search, here)
    const invented = inventedCharacters(reading.search, here)
    const rewrite = ({ text, before }: { text: string; before: number | undefined }) => {
      const plain = foldLike(withoutSpace({ text }), invented)
      return before === undefined ? plain : withCharactersOf(here[before] ?? '', plain)
    }
    return { start, end, changes: [rewriteLines(start, reading, { key: foldedKey, rewrite })] }
  })

/** The characters of SEARCH that are typographic where the file has plain ones. */
function inventedCharacters(search: readonly string[], here: readonly string[]): string {
  const invented = new Set<string>()
  for (const [index, line] of search.entries()) {
    const real = here[index] ?? ''
    for (let column = 0; column < real.length; column++) {
      const written = line.charAt(column)
      if (written !== real[column] && foldCharacters(written) === real[column]) invented.add(written)
    }
  }
  return [...invented].join('')
}

/** A new line with the old one's own characters at the beginning and the end that both share. */
function withCharactersOf(old: string, changed: string): string {
  const [a, b] = [foldCharacters(old), foldCharacters(withoutTrailingSpace(changed))]
  const shortest = Math.min(a.length, b.length)
  let head = 0
  while (head < shortest && a[head] === b[head]) head++
  let tail = 0
  while (tail < shortest - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  return old.slice(0, head) + changed.slice(head, b.length - tail) + old.slice(old.length - tail) + changed.slice(b.length)
}
