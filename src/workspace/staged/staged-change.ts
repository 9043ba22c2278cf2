import type { AppliedRun, CopyChange, TransactionPlace } from '../transaction.ts'
import type { TreeEntry } from '../transaction/tree-changes.ts'

/** Where staged files are fixed. */
export interface StagedPlace extends TransactionPlace {
  /** Absolute path, such as `<home>/projects/<…>/patches`: outside of the tree, so that no later `git add .` commits what lies here. */
  patches: string
}

/** What a file that is staged is to become. */
export interface StagedChange {
  path: string
  /** What the index held when the work on it began. */
  before: TreeEntry
  /** The bytes that the index is to hold, in the form that the index has: line endings and filters undone. */
  content: Buffer
}

/**
 * What happened to the file on disk: it was as staged, and is so again; the change was made to it beside changes that are not staged; it has
 * changes in the same lines, or is no file any more, and was left alone, with the change as a patch; it is not there.
 */
export type WorkingOutcome = { working: 'fixed' | 'merged' | 'absent' } | { working: 'left'; patch: string }

/** A run that changed what is staged. */
export interface AppliedStaged extends AppliedRun {
  files: readonly (CopyChange & WorkingOutcome)[]
}
