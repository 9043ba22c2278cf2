import { withoutTrailingSpace } from './file-lines.ts'
import type { Level } from './level.ts'
import { mostPlaces, occurrences } from './occurrences.ts'
import { rewriteLines, spaceRule } from './rewrite-lines.ts'

/** Whole lines but for the white space that ends them. */
export const trailingSpaceLevel: Level = (file, reading) =>
  occurrences(file.trailing(), reading.search.map(withoutTrailingSpace), mostPlaces).map((start) => {
    const end = start + reading.search.length
    const rewrite = spaceRule(reading.search, file.texts.slice(start, end))
    return { start, end, changes: [rewriteLines(start, reading, { key: withoutTrailingSpace, rewrite })] }
  })
