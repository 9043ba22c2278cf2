import type { Change, ChangedFile } from '../../../domain/change.ts'
import type { DraftFinding } from '../../../domain/finding.ts'
import type { Severity } from '../../../domain/severity.ts'

export interface CheckContext {
  change: Change
  signal: AbortSignal
  /** Text of the new side of a file of the repository, or null where it does not exist or is binary. */
  readNew(path: string): Promise<string | null>
  readOld(path: string): Promise<string | null>
}

/** A draft without what every check shares: source, proof and confidence are filled in by `runChecks`. */
export type CheckFinding = Pick<DraftFinding, 'title' | 'message' | 'region' | 'evidence'> & { replacement?: string }

/** A rule that needs no model. It sees the whole change, and reports only on changed lines. */
export interface Check {
  /** kebab-case; the rule is `check/<name>` and the configuration key is `review.checks.<name>`. */
  name: string
  /** One sentence for the documentation and SARIF's rule help. */
  summary: string
  defaultSeverity: Severity
  run(context: CheckContext): Promise<readonly CheckFinding[]>
}

/** A check that looks at one file at a time; files without text hunks are left out unless it asks for them. */
export function perFile(run: (file: ChangedFile, context: CheckContext) => Promise<readonly CheckFinding[]> | readonly CheckFinding[]): Check['run'] {
  return async (context) => {
    const found: CheckFinding[] = []
    for (const file of context.change.files) {
      context.signal.throwIfAborted()
      found.push(...(await run(file, context)))
    }
    return found
  }
}
