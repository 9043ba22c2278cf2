import type { Change } from '../../domain/change.ts'
import type { Diagnostic } from '../../domain/diagnostic.ts'
import type { DraftFinding } from '../../domain/finding.ts'
import { lintFiles } from '../../linters/lint-files.ts'
import { linters } from '../../linters/registry.ts'
import { dependencyFolders } from '../../workspace/dependency-folders.ts'
import { openProject } from '../../workspace/open-project.ts'
import type { TaskContext } from '../task.ts'

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

/** Null where no tool may or can look at what was reviewed. */
export type AskTools = (path: string) => Promise<ToolOpinion | null>

/** Why a claim does not hold although it would show: its witnesses looked at these lines and say nothing about them. */
export function contradiction(claim: CheckableClaim, { region }: DraftFinding, { tools, diagnostics }: ToolOpinion): string | null {
  const asked = tools.filter((tool) => witnesses[claim].has(tool))
  if (asked.length === 0) return null
  const [first, last] = [region.startLine ?? 1, region.endLine ?? Infinity]
  const isHeard = ({ tool, path, range, isFatal }: Diagnostic) =>
    asked.includes(tool) && path === region.path && (isFatal || range === null || (range.startLine <= last && range.endLine >= first))
  return diagnostics.some(isHeard) ? null : `${asked.join(' and ')} ${asked.length === 1 ? 'finds' : 'find'} nothing ${claim} here.`
}

const toolTimeout = 30_000

/**
 * Asks the project's own tools about a file, as the user would, and only when a claim is worth it. They see the working tree, so they are
 * asked only where that is what was reviewed.
 */
export function toolAsker(change: Change, context: TaskContext): AskTools {
  const opinions = new Map<string, Promise<ToolOpinion | null>>()
  return (path) => {
    const known = opinions.get(path) ?? askAbout(path, change, context).catch(() => null)
    opinions.set(path, known)
    return known
  }
}

async function askAbout(path: string, change: Change, context: TaskContext): Promise<ToolOpinion | null> {
  if (!(await isOnDisk(path, change, context))) return null
  const { workshop, budget, workspace } = context
  const tools = await workshop.openUserTools(budget.signal)
  if (tools === null) return null
  try {
    const checkout = await workshop.openCheckout()
    const project = await openProject(checkout, await dependencyFolders(workspace.root, await checkout.list()))
    const report = await lintFiles(project, [path], {
      sandbox: async () => tools,
      linters: linters.filter(({ name }) => Object.values(witnesses).some((names) => names.has(name))),
      timeout: toolTimeout,
      signal: budget.signal,
    })
    return { tools: report.checked.map(({ linter }) => linter), diagnostics: report.diagnostics }
  } finally {
    await tools.close()
  }
}

/** Whether the working file is what was reviewed. */
async function isOnDisk(path: string, { new: tree }: Change, { workspace }: TaskContext): Promise<boolean> {
  if (tree.kind === 'working') return true
  if (tree.kind !== 'index') return false
  const [reviewed, onDisk] = await Promise.all([workspace.readFile(tree, path), workspace.readFile({ kind: 'working' }, path)])
  return reviewed !== null && onDisk !== null && reviewed.equals(onDisk)
}
