import type { Change, ChangedFile } from '../../../domain/change.ts'
import type { DraftFinding } from '../../../domain/finding.ts'
import type { Severity } from '../../../domain/severity.ts'
import type { Passage, Side } from './passages.ts'

/** What the review knows of a change, and hands to the checks. */
export interface ReviewedChange {
  change: Change
  signal: AbortSignal
  /** Text of the new side of a file of the repository, or null where it does not exist or is binary. */
  readNew(path: string): Promise<string | null>
  readOld(path: string): Promise<string | null>
  /** Every path of the new side; empty where only a patch is known. */
  listNew(): Promise<readonly string[]>
  /** True for files that nobody writes by hand: lock files, minified, vendored and generated ones. */
  isGenerated: (file: ChangedFile) => boolean
}

/** What a check works with: everything is read and lexed once, however many checks ask for it. */
export interface CheckContext extends ReviewedChange {
  /** Numbers of the lines that the change added to a file. */
  addedLines(file: ChangedFile): ReadonlySet<number>
  /** One side of a file with its comments and strings told apart: the whole text where it is known, else the hunks. */
  passages(file: ChangedFile, side: Side): Promise<readonly Passage[]>
}

/** A draft without what every check shares: source, proof and confidence are filled in by `runChecks`. */
export type CheckFinding = Pick<DraftFinding, 'title' | 'message' | 'region' | 'evidence'> & {
  replacement?: string
  /** One step below the severity of the check, for what is less certain or less grave. */
  milder?: boolean
}

/** A rule that needs no model. It sees the whole change, and reports only on changed lines. */
export interface Check {
  /** kebab-case; the rule is `check/<name>` and the configuration key is `review.checks.<name>`. */
  name: string
  /** One sentence for the documentation and SARIF's rule help. */
  summary: string
  defaultSeverity: Severity
  run(context: CheckContext): Promise<readonly CheckFinding[]>
}

type FileCheck = (file: ChangedFile, context: CheckContext) => Promise<readonly CheckFinding[]> | readonly CheckFinding[]

/** A check that looks at one file at a time. `handwritten` leaves out the files that nobody writes by hand. */
export function perFile(run: FileCheck, which: 'all' | 'handwritten' = 'all'): Check['run'] {
  return async (context) => {
    const found: CheckFinding[] = []
    for (const file of context.change.files) {
      context.signal.throwIfAborted()
      if (which === 'handwritten' && context.isGenerated(file)) continue
      for (const finding of await run(file, context)) found.push(finding)
    }
    return found
  }
}
