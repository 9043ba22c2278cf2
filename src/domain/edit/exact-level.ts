import type { Level } from './level.ts'
import { mostPlaces, occurrences } from './occurrences.ts'
import { rewriteLines } from './rewrite-lines.ts'

/** Whole lines, character by character. */
export const exactLevel: Level = (file, reading) =>
  occurrences(file.texts, reading.search, mostPlaces).map((start) => ({
    start,
    end: start + reading.search.length,
    changes: [rewriteLines(start, reading)],
  }))
