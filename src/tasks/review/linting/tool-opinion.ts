import type { Diagnostic } from '../../../domain/diagnostic.ts'
import type { DraftFinding } from '../../../domain/finding.ts'
import type { LintedChange } from './linted-change.ts'

/** What a claim says that a compiler or a linter would have said too. */
export type CheckableClaim = 'undefined' | 'unused' | 'mistyped'

/** Tools that see such a defect wherever it is. */
const witnesses: Readonly<Record<CheckableClaim, ReadonlySet<string>>> = {
  undefined: new Set(['tsc', 'mypy', 'pyright', 'ruff', 'go-vet', 'clippy']),
  unused: new Set(['eslint', 'biome', 'oxlint', 'ruff', 'go-vet', 'clippy']),
  mistyped: new Set(['tsc', 'mypy', 'pyright', 'go-vet', 'clippy']),
}

/** The tools that looked at a file, and what they said. */
export interface ToolOpinion {
  tools: readonly string[]
  diagnostics: readonly Diagnostic[]
}

/** What was said about one file; null where no tool has looked at it. */
export function opinionOn(path: string, reports: LintedChange): ToolOpinion | null {
  const heard = reports.filter(({ checked }) => checked.includes(path))
  if (heard.length === 0) return null
  return { tools: heard.map(({ linter }) => linter), diagnostics: heard.flatMap(({ diagnostics }) => diagnostics) }
}

/** Why a claim does not hold although it would show: its witnesses looked at these lines and say nothing about them. */
export function contradiction(claim: CheckableClaim, { region }: DraftFinding, { tools, diagnostics }: ToolOpinion): string | null {
  const asked = tools.filter((tool) => witnesses[claim].has(tool))
  if (asked.length === 0) return null
  const [first, last] = [region.startLine ?? 1, region.endLine ?? Infinity]
  const isHeard = ({ tool, path, range, isFatal }: Diagnostic) =>
    asked.includes(tool) && path === region.path && (isFatal || range === null || (range.startLine <= last && range.endLine >= first))
  return diagnostics.some(isHeard) ? null : `${asked.join(' and ')} ${asked.length === 1 ? 'finds' : 'find'} nothing ${claim} here.`
}
