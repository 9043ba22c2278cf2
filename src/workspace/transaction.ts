import type { Checkout } from './checkout.ts'
import type { Repository } from './discover-repository.ts'

/** The repository that runs work for, and the folder outside of it that keeps what they did. */
export interface TransactionPlace {
  repository: Repository
  /** Absolute path, such as `<home>/projects/<…>/transactions`: the lock, the journals and the copies lie here. */
  folder: string
}

export interface CopyChange {
  path: string
  kind: 'added' | 'modified' | 'deleted'
}

/** A path of the copy or of the user's tree that is not carried over, and a sentence that says why. */
export interface Refusal {
  path: string
  reason: string
}

/** What the copy has become, seen from outside of it. */
export interface CopyChanges {
  files: readonly CopyChange[]
  /** `git diff --binary` from the tree at the start; a rename is a deletion and an addition. */
  patch: Buffer
  /** What may not be carried over, such as a link or a file of CI; then nothing is. */
  refused: readonly Refusal[]
}

export interface AppliedFile extends CopyChange {
  /** Absolute path of the change to a working file that could not be made, because somebody else had changed the same lines. */
  patch?: string
}

/** What `apply` has done to the user's tree. */
export interface AppliedRun {
  /** Under this name the run can be taken back or committed. */
  id: string
  files: readonly AppliedFile[]
}

/** Work on a copy of the user's tree, uncommitted changes included. The tree itself changes only in `apply`: all of it, or nothing. */
export interface Transaction {
  /** The copy. */
  readonly checkout: Checkout
  /** What the user's tree has and the copy has not: links that leave it, other repositories in it, what a sparse checkout leaves out. */
  readonly leftOut: readonly Refusal[]
  changes(): Promise<CopyChanges>
  /** Remembers the copy as it is now: everything that git does not ignore. */
  snapshot(): Promise<string>
  /** Puts the copy back byte for byte. */
  restore(snapshot: string): Promise<void>
  /** Carries the changes over. Throws `CHANGES_CONFLICT` where the user's tree has moved on, and then leaves it alone. */
  apply(): Promise<AppliedRun>
  /** Removes the copy. */
  close(): Promise<void>
}
