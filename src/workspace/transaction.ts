import type { Checkout } from './checkout.ts'

export interface CopyChange {
  path: string
  kind: 'added' | 'modified' | 'deleted'
}

/** What the copy has become, seen from outside of it. */
export interface CopyChanges {
  files: readonly CopyChange[]
  /** `git diff --binary` from the tree at the start; a rename is a deletion and an addition. */
  patch: Buffer
  /** What may not be carried over, such as a link or a file of CI; then nothing is. */
  refused: readonly { path: string; reason: string }[]
}

/** What `apply` has done to the user's tree. */
export interface AppliedRun {
  id: string
  files: readonly CopyChange[]
}

/** Work on a copy of the user's tree, uncommitted changes included. The tree itself changes only in `apply`: all of it, or nothing. */
export interface Transaction {
  /** The copy. */
  readonly checkout: Checkout
  changes(): Promise<CopyChanges>
  /** Remembers the copy as it is now. */
  snapshot(): Promise<string>
  /** Puts the copy back byte for byte. */
  restore(snapshot: string): Promise<void>
  /** Carries the changes over. Throws `CHANGES_CONFLICT` where the user's tree has moved on, and then leaves it alone. */
  apply(): Promise<AppliedRun>
  /** Removes the copy. */
  close(): Promise<void>
}
