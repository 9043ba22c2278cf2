import { structuredPatch } from 'diff'
import type { ChangedFile, DiffLine } from '../../../../src/domain/change.ts'
import type { Check, ReviewedChange } from '../../../../src/tasks/review/checks/check.ts'
import { runChecks } from '../../../../src/tasks/review/checks/run-checks.ts'

/** Both sides of a file; a string is the new side of an added one. */
export type Sides = string | { old: string | null; new: string | null }

type Options = Partial<Pick<ReviewedChange, 'isGenerated' | 'signal'>> & {
  /** More of the repository than what changed. */
  others?: Record<string, string>
  /** Only the hunks are known, as for `--patch`. */
  isPatch?: boolean
  files?: readonly ChangedFile[]
}

/** A change from the texts of its files. */
export function reviewed(
  sides: Record<string, Sides>,
  { others = {}, isPatch = false, files = [], ...more }: Options = {},
): ReviewedChange {
  const texts = (side: 'old' | 'new') =>
    new Map([
      ...Object.entries(others),
      ...Object.entries(sides).map(([path, text]): [string, string | null] => [path, sideOf(text, side)]),
    ])
  const read = (side: 'old' | 'new') => async (path: string) => (isPatch ? null : (texts(side).get(path) ?? null))
  return {
    change: {
      description: 'staged changes',
      old: { kind: 'empty' },
      new: { kind: 'index' },
      files: [...Object.entries(sides).map(([path, text]) => changedFile(path, sideOf(text, 'old'), sideOf(text, 'new'))), ...files],
    },
    signal: new AbortController().signal,
    readNew: read('new'),
    readOld: read('old'),
    listNew: async () => (isPatch ? [] : [...texts('new')].flatMap(([path, text]) => (text === null ? [] : [path]))),
    isGenerated: () => false,
    ...more,
  }
}

function sideOf(sides: Sides, side: 'old' | 'new'): string | null {
  if (typeof sides === 'string') return side === 'new' ? sides : null
  return sides[side]
}

/** A file as `git diff` would tell about it. */
export function changedFile(path: string, old: string | null, now: string | null): ChangedFile {
  const { hunks } = structuredPatch('a', 'b', old ?? '', now ?? '', '', '', { context: 3 })
  const lines = hunks.map(({ oldStart, newStart, lines: rows }) => numbered(rows, oldStart, newStart))
  const count = (kind: DiffLine['kind']) => lines.flat().filter((line) => line.kind === kind).length
  return {
    path,
    oldPath: null,
    status: old === null ? 'added' : now === null ? 'deleted' : 'modified',
    kind: 'text',
    oldMode: old === null ? null : '100644',
    newMode: now === null ? null : '100644',
    size: now === null ? null : Buffer.byteLength(now),
    encoding: 'utf8',
    hunks: hunks.map((hunk, index) => ({ ...hunk, lines: lines[index]! })),
    omitted: null,
    addedLines: count('added'),
    removedLines: count('removed'),
  }
}

function numbered(rows: readonly string[], oldStart: number, newStart: number): DiffLine[] {
  let [oldLine, newLine] = [Math.max(1, oldStart), Math.max(1, newStart)]
  return rows
    .filter((row) => !row.startsWith('\\'))
    .map((row): DiffLine => {
      const kind = row.startsWith('+') ? 'added' : row.startsWith('-') ? 'removed' : 'context'
      return {
        kind,
        text: row.slice(1),
        oldLine: kind === 'added' ? null : oldLine++,
        newLine: kind === 'removed' ? null : newLine++,
        endsWithoutNewline: false,
      }
    })
}

/** What one check says about a change: line and title of each finding, with the severity where it is not the check's own. */
export async function said(check: Check, sides: Record<string, Sides>, options: Options = {}): Promise<string[]> {
  const { findings, notices } = await runChecks([check], { severities: {} }, reviewed(sides, options))
  if (notices.length > 0) throw new Error(notices[0]!.message)
  return findings.map(({ region, title, severity }) => {
    const own = severity === check.defaultSeverity ? '' : ` (${severity})`
    return `${region.path}:${region.startLine ?? '-'} ${title}${own}`
  })
}
