import { type AnswerEdits, type FileBlock, unreadable } from './answer-edits.ts'

/** The hunks of a unified diff as blocks. Line numbers are not believed: models count badly. Null where there is no hunk. */
export function readUnifiedDiff(lines: readonly string[]): AnswerEdits | null {
  const start = lines.findIndex(
    (line, index) => /^@@(?: |$)/.test(line) || (line.startsWith('--- ') && (lines[index + 1] ?? '').startsWith('+++ ')),
  )
  if (start === -1) return null
  const blocks: FileBlock[] = []
  let path: string | null = null
  let hunk: Hunk | null = null
  for (let index = start; index < lines.length; index++) {
    const line = lines[index] ?? ''
    const isHeader = line.startsWith('--- ') && (lines[index + 1] ?? '').startsWith('+++ ')
    if (isHeader || line.startsWith('@@') || line.startsWith('diff --git ') || /^(?:```|~~~)/.test(line)) {
      if (hunk) blocks.push(blockOf(hunk, path))
      hunk = line.startsWith('@@') ? { search: [], replace: [] } : null
    }
    if (isHeader) {
      const names = [nameIn(line), nameIn(lines[++index] ?? '')] as const
      if (names[1] === null) return unreadable(`The diff deletes ${names[0]}. Files are not deleted by an edit.`)
      path = names[1]
    } else if (hunk && !line.startsWith('@@')) addLine(hunk, line)
  }
  if (hunk) blocks.push(blockOf(hunk, path))
  const real = blocks.filter(({ search, replace }) => search !== replace)
  return real.length > 0 ? { kind: 'blocks', blocks: real } : unreadable('The diff changes nothing.')
}

/** The lines of one hunk on each side. */
export interface Hunk {
  search: string[]
  replace: string[]
}

/** Adds a line to the sides that its sign names; one without a sign is context whose space was lost. */
export function addLine({ search, replace }: Hunk, line: string): void {
  if (line.startsWith('\\')) return
  const text = /^[-+ ]/.test(line) ? line.slice(1) : line
  if (!line.startsWith('+')) search.push(text)
  if (!line.startsWith('-')) replace.push(text)
}

export function blockOf({ search, replace }: Hunk, path: string | null): FileBlock {
  // An empty line at the very end is the answer's, not the file's.
  const isExtra = search.at(-1) === '' && replace.at(-1) === ''
  const text = (side: readonly string[]) => side.slice(0, isExtra ? -1 : side.length).map((line) => `${line}\n`)
  return { path, search: text(search).join(''), replace: text(replace).join('') }
}

/** The name behind `---` or `+++`, without git's prefix and a time stamp; null for a file that is not there. */
function nameIn(header: string): string | null {
  const [name = ''] = header.slice(4).split('\t')
  const bare = name.trim().replaceAll(/^"|"$/g, '')
  return bare === '/dev/null' ? null : bare.replace(/^[abciow]\//, '')
}
