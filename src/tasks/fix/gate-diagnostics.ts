import type { Diagnostic } from '../../domain/diagnostic.ts'
import { atLeast, type Severity } from '../../domain/severity.ts'
import { changedBlocks } from './changed-blocks.ts'
import { type CopyState, sideOf } from './copy-state.ts'
import type { Edit, Refused } from './edit.ts'
import { type Paired, pairDiagnostics } from './pair-diagnostics.ts'
import { ruleOf } from './target.ts'

interface States {
  before: CopyState
  after: CopyState
}

/** Which problems there still are after an edit, and which are new. */
export function pairStates({ before, after }: States, edit: Pick<Edit, 'path' | 'before' | 'after'>): Paired {
  const blocks = changedBlocks(edit.before, edit.after)
  const { now, fresh } = pairDiagnostics(sideOf(before, after, edit.path), after, (path) => (path === edit.path ? blocks : []))
  // A file that could not be parsed has hidden what is told now.
  const blind = new Set(before.diagnostics.filter(({ isFatal }) => isFatal).map(({ tool, path }) => `${tool}\0${path}`))
  return { now, fresh: fresh.filter(({ tool, path, isFatal }) => isFatal || !blind.has(`${tool}\0${path}`)) }
}

/** What an edit has to do to what is told of the copy. */
interface Demand {
  /** The problems that have to be gone. */
  wanted: readonly Diagnostic[]
  /** The mildest new problem that counts; null: one that is as grave as the mildest of those. */
  mildest?: Severity | null
}

/** The problems are gone, and no new one came that is as grave, anywhere. */
export function gateDiagnostics({ before, after }: States, { now, fresh }: Paired, { wanted, mildest = null }: Demand): Refused | null {
  const failedBefore = new Set(before.failed.map(({ linter }) => linter))
  const needed = new Set(wanted.map(({ tool }) => tool))
  const lost = after.failed.find(({ linter }) => !failedBefore.has(linter) || needed.has(linter))
  if (lost) return { gate: 'diagnostics', reason: `${lost.linter} could not look at the result: ${lost.reason}` }
  const unseen = wanted.find(({ tool }) => !after.checked.has(tool))
  if (unseen) return { gate: 'target', reason: `${unseen.tool} did not look at the result.` }
  const left = wanted.flatMap((diagnostic) => now.get(diagnostic) ?? [])
  if (left[0]) return { gate: 'target', reason: `It is still there: ${describe(left[0])}` }
  const least = mildest ?? mildestOf(wanted)
  const worst = fresh.find(({ severity }) => atLeast(severity, least))
  return worst ? { gate: 'diagnostics', reason: `There is a new problem: ${describe(worst)}` } : null
}

/** The mildest severity among some problems. */
function mildestOf(diagnostics: readonly Diagnostic[]): Severity {
  return (['note', 'warning', 'error'] as const).find((severity) => diagnostics.some((one) => one.severity === severity)) ?? 'note'
}

function describe(diagnostic: Diagnostic): string {
  const { path, range, message } = diagnostic
  return `${range ? `${path}:${range.startLine}` : path} ${ruleOf(diagnostic)}: ${message.slice(0, 600)}`
}
