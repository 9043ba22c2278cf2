import type { LevelName } from './level.ts'
import type { NearestLines } from './nearest-lines.ts'

export type RefusalReason = 'empty-search' | 'not-found' | 'ambiguous' | 'no-change' | 'already-applied' | 'unsafe' | 'overlap'

/** Why nothing was changed, with what it takes to write a better block. */
export interface Refusal {
  status: 'refused'
  /** Which block, from 0. */
  block: number
  reason: RefusalReason
  /** What makes an `unsafe` block so, as part of a sentence. */
  detail: string | null
  /** Lines, from 1, at which the block fits, or at which it meets another one. */
  candidates: readonly number[]
  /** The lines of the file that were probably meant. */
  nearest: NearestLines | null
}

export interface AppliedBlock {
  level: LevelName
  /** First and last line, from 1 and in the new text, of what was changed; after a deletion, the last is the line before the first. */
  startLine: number
  endLine: number
}

/** What became of a text: all blocks, or none. */
export type EditResult = { status: 'applied'; text: string; blocks: readonly AppliedBlock[] } | Refusal
