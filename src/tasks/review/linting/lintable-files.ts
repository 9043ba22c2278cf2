import { addedLinesOf, type Change, type ChangedFile } from '../../../domain/change.ts'
import type { Diagnostic } from '../../../domain/diagnostic.ts'
import { linesOf } from '../../fix/target.ts'
import type { Plan } from '../plan.ts'

/** A changed file as linters are asked about it. */
export interface LintableFile {
  path: string
  /** What it was called in the base; null for one that was not there. */
  basePath: string | null
  /** Numbers and texts of the lines that the change added. */
  added: ReadonlyMap<number, string>
}

/** The files whose new lines somebody wrote: what is skipped for the model as generated or excluded is none of a linter's business either. */
export function lintableFiles({ files }: Change, plan: Plan, isWanted: (path: string) => boolean): LintableFile[] {
  const planned = new Map(plan.files.map((file) => [file.path, file]))
  return files.flatMap((file) => {
    const { skip, units = [] } = planned.get(file.path) ?? { skip: null }
    const isSkipped = skip !== null && units.length === 0
    if (file.kind !== 'text' || file.addedLines === 0 || isSkipped || !isWanted(file.path)) return []
    return [{ path: file.path, basePath: basePathOf(file), added: new Map(addedLinesOf(file).map(({ line, text }) => [line, text])) }]
  })
}

const basePathOf = ({ status, path, oldPath }: ChangedFile) => (status === 'added' ? null : (oldPath ?? path))

/** The lines of a problem that the change added, in order. */
export function touchedLines(diagnostic: Diagnostic, { added }: Pick<LintableFile, 'added'>): number[] {
  const lines = linesOf(diagnostic)
  return lines === null ? [] : [...added.keys()].filter((line) => line >= lines.start && line <= lines.end)
}
