import { AppError } from '../../domain/errors.ts'

/** One file of a patch: what is said of it, and its hunks, one character per byte. */
export interface PatchSection {
  /** 1-based, of the first header line. */
  startLine: number
  headers: string[]
  hunks: string[]
}

interface Cursor {
  readonly lines: readonly string[]
  readonly sections: PatchSection[]
  at: number
  /** The file that headers and hunks belong to; null between files. */
  current: PatchSection | null
  /** In the head of a mail, where the message of a commit may quote anything. */
  isMail: boolean
  /** Line of the mail's summary of a diff that has not come yet. */
  announcedAt: number | null
}

const mailStart = /^From [0-9a-f]{40,64} /
/** What mail programs and `git format-patch` put below a patch. */
const signature = /^-- ?$/
const logStart = /^commit [0-9a-f]{40,64}\b/
/** What git always writes below `diff --git`, and nobody writes in a message. */
const extendedHeader = /^(?:old mode|new mode|new file mode|deleted file mode|similarity index|dissimilarity index|index) \S/

/**
 * Cuts a patch into files: of git, of `diff -u` with or without `-r`, and inside mails. Hunks are followed by the counts in their
 * headers, so that lines of a file that look like headers stay what they are. Throws `PATCH_INVALID` where the counts do not hold.
 */
export function splitPatch(lines: readonly string[]): PatchSection[] {
  const cursor: Cursor = { lines, sections: [], at: 0, current: null, isMail: false, announcedAt: null }
  while (cursor.at < lines.length) step(cursor, lines[cursor.at] ?? '')
  // The letter before a series sums it up too, but is not the last.
  if (cursor.announcedAt !== null) throw invalidPatch(cursor.announcedAt, 'sums up a diff that does not follow: the patch is truncated')
  return cursor.sections
}

/** Whether a text without any diff is what git prints for a commit that changes nothing; a mail has its end to show. */
export function isEmptyCommit(lines: readonly string[]): boolean {
  return (
    lines.some((line) => logStart.test(line)) || (lines.some((line) => mailStart.test(line)) && lines.some((line) => signature.test(line)))
  )
}

function step(cursor: Cursor, line: string): void {
  if (mailStart.test(line) || logStart.test(line)) return leaveFile(cursor, { isMail: mailStart.test(line) })
  if (cursor.isMail) return stepInMail(cursor, line)
  if (line.startsWith('diff --git ')) return begin(cursor, 1)
  if (/^(diff --(cc|combined) |@@@ )/.test(line)) {
    throw invalidPatch(cursor.at + 1, 'belongs to the combined diff of a merge', 'Compare with one parent: git diff <merge>^1 <merge>')
  }
  if (line.startsWith('@@ ')) return takeHunk(cursor)
  if (line.startsWith('--- ') && cursor.lines[cursor.at + 1]?.startsWith('+++ ')) return takeNames(cursor)
  const isGit = cursor.current?.headers[0]?.startsWith('diff --git ') ?? false
  if (!isGit && /^Binary files .+ and .+ differ$/.test(line)) return begin(cursor, 1)
  if (!cursor.current || cursor.current.hunks.length > 0) return leaveFile(cursor, { isMail: false })
  cursor.current.headers.push(line)
  cursor.at += 1
}

function stepInMail(cursor: Cursor, line: string): void {
  if (line.startsWith('diff --git ') && extendedHeader.test(cursor.lines[cursor.at + 1] ?? '')) return begin(cursor, 1)
  if (/^ \d+ files? changed\b/.test(line)) cursor.announcedAt = cursor.at + 1
  leaveFile(cursor, { isMail: true })
}

function leaveFile(cursor: Cursor, { isMail }: { isMail: boolean }): void {
  cursor.current = null
  cursor.isMail = isMail
  cursor.at += 1
}

function begin(cursor: Cursor, headerLines: number): void {
  const { lines, at } = cursor
  cursor.current = { startLine: at + 1, headers: lines.slice(at, at + headerLines), hunks: [] }
  cursor.sections.push(cursor.current)
  cursor.isMail = false
  cursor.announcedAt = null
  cursor.at += headerLines
}

function takeNames(cursor: Cursor): void {
  const { current, lines, at } = cursor
  const belongsToGit = current?.headers[0]?.startsWith('diff --git ') && current.hunks.length === 0
  if (!current || !belongsToGit || current.headers.some((header) => header.startsWith('--- '))) return begin(cursor, 2)
  current.headers.push(...lines.slice(at, at + 2))
  cursor.at += 2
}

function takeHunk(cursor: Cursor): void {
  const { current, lines, at } = cursor
  if (!current) throw invalidPatch(at + 1, 'starts a hunk, and no file is named before it')
  const end = endOfHunk(lines, at)
  for (const line of lines.slice(at, end)) current.hunks.push(line)
  cursor.at = end
  const next = lines[end] ?? ''
  const mayFollow = !/^[ +-]/.test(next) || signature.test(next) || (next.startsWith('--- ') && lines[end + 1]?.startsWith('+++ '))
  if (!mayFollow) throw invalidPatch(end + 1, 'is one more than the header of its hunk announces')
}

/** Index behind the last line of the hunk whose header stands at an index. */
function endOfHunk(lines: readonly string[], start: number): number {
  const counts = /^@@ -\d{1,9}(?:,(?<old>\d{1,9}))? \+\d{1,9}(?:,(?<new>\d{1,9}))? @@/.exec(lines[start] ?? '')?.groups
  if (!counts) throw invalidPatch(start + 1, 'is not the header of a hunk')
  let [old, added] = [Number(counts['old'] ?? 1), Number(counts['new'] ?? 1)]
  let at = start + 1
  for (; old > 0 || added > 0; at += 1) {
    const line = lines[at]
    if (line === undefined) throw invalidPatch(start + 1, 'starts a hunk that ends too early: the patch is truncated')
    // A context line that is empty may have lost its space on the way.
    const sign = line === '' ? ' ' : line.charAt(0)
    if (!' +-\\'.includes(sign)) throw invalidPatch(at + 1, 'is no line of a hunk, where its header announces more')
    if (sign === ' ' || sign === '-') old -= 1
    if (sign === ' ' || sign === '+') added -= 1
    if (old < 0 || added < 0) throw invalidPatch(at + 1, 'is one more than the header of its hunk announces')
  }
  return lines[at]?.startsWith('\\') ? at + 1 : at
}

export function invalidPatch(
  line: number,
  problem: string,
  hint = 'Give the output of `git diff`, `git format-patch` or `diff -u`, unchanged.',
): AppError {
  return new AppError('PATCH_INVALID', `Line ${line} of the patch ${problem}.`, { hint })
}
