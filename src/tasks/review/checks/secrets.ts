import { factsOf } from './check-facts.ts'
import type { ChangedFile, Hunk } from '../../../domain/change.ts'
import { findSecrets, type SecretSpan } from '../../../domain/secrets.ts'
import { excerpt } from './added-matches.ts'
import { type Check, type CheckFinding, type CheckContext, perFile } from './check.ts'
import { isSamplePath, isTestPath } from './file-roles.ts'

/** Kinds that people make up for a test or an example; a token of an issuer is real wherever it stands. */
const homemade =
  /^(?:private key|JSON web token|connection string|password in a URL|password|API key or secret|HTTP credentials|bearer token)$/

/**
 * Secrets on added lines. In tests, examples and documentation what only looks like a secret is not told,
 * and keys or passwords that are usually made up there are milder.
 */
export const secrets: Check = {
  ...factsOf('secrets'),
  run: perFile(findInFile),
}

async function findInFile(file: ChangedFile, context: CheckContext): Promise<CheckFinding[]> {
  if (file.kind !== 'text' || file.addedLines === 0) return []
  const found = await Promise.all(file.hunks.map((hunk) => findInHunk(file, hunk, context)))
  return found.flat()
}

/** A hunk is searched with its unchanged lines, since a key may have many of them. A line is told once, for what is most certain on it. */
async function findInHunk(file: ChangedFile, { lines }: Hunk, context: CheckContext): Promise<CheckFinding[]> {
  const rows = lines.flatMap(({ kind, text, newLine }) =>
    newLine === null ? [] : [{ line: newLine, text: text.replace(/\r$/, ''), isAdded: kind === 'added' }],
  )
  if (!rows.some(({ isAdded }) => isAdded)) return []
  const spans = await findSecrets(rows.map(({ text }) => text).join('\n'))
  const isSample = isTestPath(file.path) || isSamplePath(file.path)
  const ends = endsOf(rows)
  const told = new Set<number>()
  return spans.toSorted(byConfidence).flatMap((span) => {
    const first = rowAt(ends, span.start)
    const row = rows.slice(first, rowAt(ends, span.end - 1) + 1).find(({ isAdded }) => isAdded)
    if (!row || told.has(row.line) || isLeftOut(span, file, { isSample, context })) return []
    told.add(row.line)
    const column = row === rows[first] ? span.start - (ends[first - 1] ?? -1) - 1 : 0
    const milder = span.confidence === 'likely' || (isSample && homemade.test(span.kind))
    return [tell(span, { path: file.path, line: row.line, text: row.text, column, milder })]
  })
}

function byConfidence(one: SecretSpan, other: SecretSpan): number {
  return one.confidence.localeCompare(other.confidence) || one.start - other.start
}

/** Lock files and generated code are full of digests under names such as `token` and `key`. */
function isLeftOut(
  { confidence, kind }: SecretSpan,
  file: ChangedFile,
  { isSample, context }: { isSample: boolean; context: CheckContext },
): boolean {
  if (confidence === 'likely' && isSample) return true
  return (confidence === 'likely' || kind === 'API key or secret') && context.isGenerated(file)
}

/** Offset of the line break after each row. */
function endsOf(rows: readonly { text: string }[]): number[] {
  let offset = -1
  return rows.map(({ text }) => (offset += text.length + 1))
}

function rowAt(ends: readonly number[], offset: number): number {
  let low = 0
  let high = ends.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ends[middle] ?? 0) < offset) low = middle + 1
    else high = middle
  }
  return low
}

interface Place {
  path: string
  line: number
  text: string
  column: number
  milder: boolean
}

function tell({ kind, confidence }: SecretSpan, { path, line, text, column, milder }: Place): CheckFinding {
  const what = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`
  const looks = confidence === 'certain' ? 'is' : 'looks like'
  return {
    title: `${what} in the change`,
    message: `This ${looks} a secret (${kind}). Once it is committed, everybody who can read the repository or a copy of it can use it, also after it is deleted. Replace it with a reference to where secrets are kept, and revoke it if it was real.`,
    region: { path, startLine: line, endLine: line },
    evidence: excerpt(text, column),
    milder,
  }
}
