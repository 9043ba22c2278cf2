import type { Diagnostic } from '../../domain/diagnostic.ts'
import { type CopyState, lintState } from './copy-state.ts'
import type { ReportedProblem } from './reported-problem.ts'
import type { Target } from './target.ts'
import { lintSetup, type Workplace } from './workplace.ts'

/** What is to be repaired, and what linters say about the copy before anything is. */
export interface Found {
  targets: readonly Target[]
  state: CopyState
  /** What was named and is left alone, each with its reason. */
  passedOver: readonly PassedOver[]
  isPartial: boolean
}

export interface PassedOver extends Pick<ReportedProblem, 'told' | 'finding'> {
  reason: string
  why: 'gone' | 'other' | 'budget'
}

/** A place that nobody has looked at yet. */
export type Seeking = Omit<Workplace, 'state'>

/** What linters say about some files of the copy. */
export async function stateOf(paths: readonly string[], place: Seeking): Promise<CopyState> {
  return paths.length === 0
    ? { diagnostics: [], failed: [], checked: new Set(), lineOf: () => undefined }
    : lintState(paths, lintSetup(place))
}

const longestEvidence = 500

/** The line that a problem points at. */
export function evidenceOf({ path, range }: Diagnostic, { lineOf }: CopyState): string {
  return range === null ? '' : (lineOf(path, range.startLine) ?? '').replace(/\r$/, '').slice(0, longestEvidence)
}
