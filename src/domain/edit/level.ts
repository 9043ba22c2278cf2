import type { FileLines } from './file-lines.ts'

/** How far from its own words a block was found, from nearest to farthest. */
export type LevelName = 'exact' | 'trailing-space' | 'folding' | 'indentation' | 'part-of-line' | 'blank-lines' | 'elision' | 'near-match'

/** One way to understand a block: as it is, or without what models copy or put around it. */
export interface Reading {
  search: readonly string[]
  replace: readonly string[]
  /** Whether SEARCH ended with a newline, and so cannot mean a part of a line. */
  isWholeLines: boolean
}

/** Lines `start` to `end` (exclusive, from 0) become this content: a number is a line of the file that stays, a text is a new line. */
export interface Change {
  start: number
  end: number
  content: readonly (number | string)[]
}

/** A place where a block fits, and what it would do there; `problem` says why it must not. */
export type Match = { start: number; end: number } & ({ changes: readonly Change[] } | { problem: string })

/** Finds every place where a reading fits the file. Pure, and linear in both texts. */
export type Level = (file: FileLines, reading: Reading) => readonly Match[]
