import { factsOf } from './check-facts.ts'
import { addedLinesOf, type ChangedFile } from '../../../domain/change.ts'
import { excerpt } from './added-matches.ts'
import { type Check, type CheckContext, type CheckFinding, perFile } from './check.ts'
import { dataFormatOf, parseData, type SyntaxProblem } from './data-formats.ts'
import { isSamplePath, isTestPath } from './file-roles.ts'

/** A parser takes seconds for files of this size, and people do not write them. */
const maxLength = 400_000
/** Signs of a template: what is parsed is what a program makes of it. */
const template = /\{\{|\{%|<%|\$\{\{|^\s*#(?:if|for|set)\b/m

/** Data files that parsed before the change, or are new, and do not parse now. */
export const syntax: Check = {
  ...factsOf('syntax'),
  run: perFile(findProblem),
}

/** A file that did not parse before either is in a dialect that we do not know, or is broken on purpose: nothing is said about it. */
async function findProblem(file: ChangedFile, context: CheckContext): Promise<CheckFinding[]> {
  const format = dataFormatOf(file.path)
  if (format === null || file.kind !== 'text' || file.status === 'deleted' || file.hunks.length === 0) return []
  if (format !== 'json' && context.isGenerated(file)) return []
  const text = await context.readNew(file.path)
  if (text === null || text.length > maxLength) return []
  const problem = await parseData(text, format)
  if (problem === null) return []
  const old = file.status === 'added' ? null : await context.readOld(file.oldPath ?? file.path)
  if (old !== null && old.trim() !== '' && (await parseData(old, format)) !== null) return []
  if (old === null && template.test(text)) return []
  return [tell(file, text, problem)]
}

function tell(file: ChangedFile, text: string, { line, reason, format }: SyntaxProblem): CheckFinding {
  const anchor = anchorOf(file, line)
  const lines = text.split('\n')
  const evidence = anchor === null ? '' : excerpt((lines[anchor - 1] ?? '').replace(/\r$/, ''), 0)
  const where = anchor === line ? '' : ` The parser stops at line ${line}, because of this change.`
  return {
    title: `${format} does not parse`,
    message: `${reason}: whatever reads ${file.path} fails at line ${line}.${where}`,
    region: { path: file.path, startLine: anchor, endLine: anchor },
    evidence,
    // Broken files are what parsers are tested with.
    milder: isTestPath(file.path) || isSamplePath(file.path),
  }
}

/** A parser often stops behind the line that is wrong; the finding belongs on the change: on that line, before it, or after it. */
function anchorOf(file: ChangedFile, line: number): number | null {
  const added = addedLinesOf(file).map((one) => one.line)
  return added.findLast((one) => one <= line) ?? added[0] ?? null
}
