import type { Diagnostic } from '../../domain/diagnostic.ts'
import type { Project } from '../../workspace/project.ts'
import type { FailedLinter } from '../../linters/lint-files.ts'
import { checks } from '../review/checks/registry.ts'
import { runChecks } from '../review/checks/run-checks.ts'
import { changedFile } from './changed-file.ts'
import { rangeOf } from './target.ts'

/** They look at lines as they are, so that a whole file can be asked about as if it were new. */
const ofLines: ReadonlySet<string> = new Set([
  'secrets',
  'conflict-markers',
  'invisible-characters',
  'syntax',
  'focused-tests',
  'skipped-tests',
  'debugger-statements',
  'suppressions',
])
/** They compare a file with what it was, which a report does not tell. */
export const ofChanges: ReadonlySet<string> = new Set(['weakened-assertions'])

/** Whether a check can say of one file alone that its finding is gone; a lock file or a size is nothing that an edit repairs. */
export const canAskCheck = (name: string): boolean => ofLines.has(name) || ofChanges.has(name)

/** Which checks of a review are asked beside the linters. */
export interface CheckSetup {
  names: ReadonlySet<string>
  /** The file before the change that was reviewed; null where there was none. */
  readOld(path: string): Promise<string | null>
}

interface Checked {
  diagnostics: Diagnostic[]
  failed: FailedLinter[]
}

/** What the checks say about some files of the copy as they are now, in the form in which linters say it. */
export async function checkFiles(
  paths: readonly string[],
  { project, setup: { names, readOld }, signal }: { project: Project; setup: CheckSetup; signal: AbortSignal },
): Promise<Checked> {
  const found: Checked = { diagnostics: [], failed: [] }
  if (names.size === 0) return found
  const wanted = checks.filter(({ name }) => names.has(name))
  for (const path of new Set(paths)) {
    const text = await project.read(path)
    if (text === null) continue
    const old = wanted.some(({ name }) => ofChanges.has(name)) ? ((await readOld(path)) ?? '') : ''
    for (const [group, before] of [
      [ofLines, ''],
      [ofChanges, old],
    ] as const) {
      const { findings, notices } = await runChecks(
        wanted.filter(({ name }) => group.has(name)),
        { severities: {} },
        reviewed({ path, before, after: text, project, signal }),
      )
      for (const { source, severity, region, message, title } of findings) {
        const { startLine, endLine } = region
        const range = startLine === null ? null : rangeOf(startLine, endLine ?? startLine)
        const told = { tool: 'check', rule: source.rule, severity, path, range, message: `${title}. ${message}` }
        found.diagnostics.push({ ...told, isFatal: false, isFixable: false })
      }
      found.failed.push(...notices.map((notice) => ({ linter: 'check', directory: '.', reason: notice.message })))
    }
  }
  return found
}

interface TwoTexts {
  path: string
  before: string
  after: string
  project: Project
  signal: AbortSignal
}

function reviewed({ path, before, after, project, signal }: TwoTexts): Parameters<typeof runChecks>[2] {
  const file = changedFile(path, before, after)
  return {
    change: { description: '', old: { kind: 'working' }, new: { kind: 'working' }, files: [file] },
    signal,
    readNew: async (wanted) => (wanted === path ? after : project.read(wanted)),
    readOld: async (wanted) => (wanted === path ? before : null),
    listNew: async () => project.files,
    isGenerated: () => false,
  }
}
