import type { Change, ChangedFile } from '../../../domain/change.ts'
import type { Diagnostic } from '../../../domain/diagnostic.ts'
import type { DraftFinding } from '../../../domain/finding.ts'
import { showHidden } from '../../../domain/trust.ts'
import { linesOf } from '../../fix/target.ts'
import { fromDiagnostic } from '../../verify/failures.ts'
import type { LintedChange } from './linted-change.ts'

/** A complaint about a whole function points at its first lines. */
const maxLines = 10

/** What linters say on lines of a change and did not say before it, as findings. */
export function lintFindings(tools: LintedChange, { files }: Pick<Change, 'files'>): DraftFinding[] {
  const shown = new Map(files.map((file) => [file.path, shownLines(file)]))
  return tools.flatMap(({ linter, fresh }) =>
    fresh.map((diagnostic): DraftFinding => {
      const { region, evidence } = placeOf(diagnostic, shown.get(diagnostic.path) ?? new Map())
      return {
        ...fromDiagnostic({ ...diagnostic, message: showHidden(diagnostic.message) || 'It says no more than that.' }),
        region,
        evidence,
        proof: { kind: 'executed', detail: `${linter} was run over the change.` },
      }
    }),
  )
}

interface ShownLine {
  text: string
  isAdded: boolean
}

/** The lines of the new side that the change shows, by their number. */
function shownLines({ hunks }: ChangedFile): Map<number, ShownLine> {
  return new Map(
    hunks.flatMap(({ lines }) =>
      lines.flatMap(({ kind, newLine, text }) => (newLine === null ? [] : [[newLine, { text, isAdded: kind === 'added' }] as const])),
    ),
  )
}

/** From where the problem begins, if the change has that line, else from its first new line, as far as the change shows it. */
function placeOf(diagnostic: Diagnostic, shown: ReadonlyMap<number, ShownLine>): Pick<DraftFinding, 'region' | 'evidence'> {
  const { path } = diagnostic
  const lines = linesOf(diagnostic)
  if (lines === null) return { region: { path, startLine: null, endLine: null }, evidence: '' }
  const startLine = firstLine(lines, shown)
  const texts: string[] = []
  for (let line = startLine; line <= lines.end && texts.length < maxLines; line++) {
    const text = shown.get(line)?.text
    if (text === undefined) break
    texts.push(text.replace(/\r$/, ''))
  }
  return { region: { path, startLine, endLine: startLine + Math.max(1, texts.length) - 1 }, evidence: texts.join('\n') }
}

function firstLine({ start, end }: { start: number; end: number }, shown: ReadonlyMap<number, ShownLine>): number {
  const added = [...shown].flatMap(([line, { isAdded }]) => (isAdded && line >= start && line <= end ? [line] : []))
  return added.includes(start) || shown.has(start) ? start : Math.min(...added)
}
