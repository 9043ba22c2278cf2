import type { ChangedFile } from '../../src/domain/change.ts'

/** What git itself says of one file of a change, and the bytes of both sides. */
export interface GitTruth {
  path: Buffer
  oldPath: Buffer | null
  letter: string
  oldMode: string
  newMode: string
  oldId: string
  newId: string
  /** Null for what git does not compare by line. */
  added: number | null
  removed: number | null
}

/** Reads `git diff-tree -r -z --raw --numstat --no-abbrev`, independently of what is tested. */
export function readGitTruth(output: Buffer): GitTruth[] {
  const fields: Buffer[] = []
  for (let start = 0; start < output.length; ) {
    const end = output.indexOf(0, start)
    fields.push(output.subarray(start, end))
    start = end + 1
  }
  const files: GitTruth[] = []
  const next = () => fields.shift()!
  while (fields[0]?.[0] === 0x3a) {
    const [oldMode, newMode, oldId, newId, status] = next().toString('latin1').slice(1).split(' ') as [
      string,
      string,
      string,
      string,
      string,
    ]
    const first = next()
    const isMoved = /^[RC]/.test(status)
    const path = isMoved ? next() : first
    files.push({ path, oldPath: isMoved ? first : null, letter: status[0]!, oldMode, newMode, oldId, newId, added: null, removed: null })
  }
  for (const file of files.filter(({ letter }) => letter !== 'U')) {
    const [added, removed] = next().toString('latin1').split('\t')
    if (file.oldPath) fields.splice(0, 2)
    if (added !== '-') [file.added, file.removed] = [Number(added), Number(removed)]
  }
  return files
}

const statusOf: Record<string, ChangedFile['status']> = {
  A: 'added',
  D: 'deleted',
  M: 'modified',
  T: 'type-changed',
  R: 'renamed',
  C: 'copied',
  U: 'unmerged',
}

const bytesOf = (path: string) =>
  Buffer.concat(
    Array.from(path, (character) => {
      const code = character.codePointAt(0)!
      return code >= 0xdc80 && code <= 0xdcff ? Buffer.of(code - 0xdc00) : Buffer.from(character)
    }),
  )

/** What differs between a file as it was read and what git says of it; empty when nothing does. */
export function compareWithGit(file: ChangedFile, truth: GitTruth): string[] {
  const mode = (text: string) => (text === '000000' ? null : text)
  const isCounted = truth.added !== null && file.kind !== 'submodule'
  const pairs: [string, unknown, unknown][] = [
    ['path', bytesOf(file.path).toString('latin1'), truth.path.toString('latin1')],
    ['old path', file.oldPath === null ? null : bytesOf(file.oldPath).toString('latin1'), truth.oldPath?.toString('latin1') ?? null],
    ['status', file.status, statusOf[truth.letter]],
    ['old mode', file.oldMode, mode(truth.oldMode)],
    ['new mode', file.newMode, mode(truth.newMode)],
    ...(isCounted ? ([['lines', [file.addedLines, file.removedLines].join(), [truth.added, truth.removed].join()]] as const) : []),
  ] as [string, unknown, unknown][]
  return pairs
    .filter(([, got, wanted]) => got !== wanted)
    .map(([what, got, wanted]) => `${what} of ${file.path}: ${String(got)}, not ${String(wanted)}`)
}

/** Lines with their newlines, one character per byte. */
function linesOf(content: Buffer): string[] {
  const lines = content.toString('latin1').split('\n')
  const last = lines.pop()!
  return [...lines.map((line) => `${line}\n`), ...(last === '' ? [] : [last])]
}

/** What is wrong with the hunks of a file: applied to the old side they must give the new one, and every line must stand where it says. */
export function checkHunks(file: ChangedFile, oldContent: Buffer, newContent: Buffer): string[] {
  const [old, wanted] = [linesOf(oldContent), linesOf(newContent)]
  const problems: string[] = []
  const result: string[] = []
  let position = 0
  for (const { lines, oldStart, oldLines, newStart, newLines } of file.hunks) {
    const first = oldLines === 0 ? oldStart : oldStart - 1
    while (position < first && position < old.length) result.push(old[position++]!)
    const starts = [first === position, (newLines === 0 ? newStart : newStart - 1) === result.length]
    if (starts.includes(false)) problems.push(`a hunk of ${file.path} starts elsewhere`)
    let [olds, news] = [0, 0]
    for (const { kind, text, oldLine, newLine, endsWithoutNewline } of lines) {
      const raw = Buffer.from(text, file.encoding).toString('latin1') + (endsWithoutNewline ? '' : '\n')
      if ((oldLine === null) !== (kind === 'added') || (newLine === null) !== (kind === 'removed'))
        problems.push(`numbers of a ${kind} line of ${file.path}`)
      if (oldLine !== null && old[oldLine - 1] !== raw) problems.push(`line ${oldLine} of the old ${file.path}`)
      if (newLine !== null && wanted[newLine - 1] !== raw) problems.push(`line ${newLine} of the new ${file.path}`)
      if (kind !== 'added') {
        position++
        olds++
      }
      if (kind !== 'removed') {
        result.push(raw)
        news++
      }
    }
    if (olds !== oldLines || news !== newLines) problems.push(`counts of a hunk of ${file.path}`)
  }
  result.push(...old.slice(position))
  if (result.join('') !== newContent.toString('latin1')) problems.push(`the hunks of ${file.path} do not give its new content`)
  return problems
}
