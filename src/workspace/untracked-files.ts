import { isUtf8 } from 'node:buffer'
import type { ChangedFile, DiffLine } from '../domain/change.ts'
import { looksBinary } from './looks-binary.ts'
import { findWorkingFile, readWorkingFile, streamWorkingFile, type WorkingFile } from './working-tree.ts'

/** A file that git does not know yet, as a diff would show it once added; null when it is gone by now. */
export async function readUntrackedFile(
  root: string,
  path: string,
  { maxBytes, tooLarge }: { maxBytes: number; tooLarge: string },
): Promise<ChangedFile | null> {
  const file = await findWorkingFile(root, path)
  if (!file) return null
  const common = { path, oldPath: null, status: 'added', oldMode: null, newMode: modeOf(file), size: file.stats.size } as const
  const left = { encoding: 'utf8', hunks: [], addedLines: 0, removedLines: 0 } as const
  try {
    if (file.stats.size > maxBytes) return { ...common, ...left, ...(await measure(file)), omitted: tooLarge }
    const bytes = await readWorkingFile(file)
    if (!bytes) return null
    if (looksBinary(bytes)) return { ...common, ...left, kind: 'binary', omitted: null }
    return { ...common, ...wholeFileAdded(bytes), kind: file.stats.isSymbolicLink() ? 'symlink' : 'text', removedLines: 0, omitted: null }
  } catch (error) {
    // Such as a file of another user's: it is part of the change, and cannot be seen.
    return { ...common, ...left, kind: 'text', omitted: `it cannot be read: ${error instanceof Error ? error.message : String(error)}` }
  }
}

/** Git keeps no other permissions than whether a file can be run. */
function modeOf({ stats }: WorkingFile): string {
  if (stats.isSymbolicLink()) return '120000'
  return stats.mode & 0o100 ? '100755' : '100644'
}

/** One hunk with every line of a file, as git prints it for a new one. */
function wholeFileAdded(bytes: Buffer): Pick<ChangedFile, 'encoding' | 'hunks' | 'addedLines'> {
  const encoding = isUtf8(bytes) ? 'utf8' : 'latin1'
  const texts = bytes.toString(encoding).split('\n')
  const endsWithNewline = texts.at(-1) === ''
  if (endsWithNewline) texts.pop()
  const lines = texts.map((text, index): DiffLine => {
    const endsWithoutNewline = !endsWithNewline && index === texts.length - 1
    return { kind: 'added', text, oldLine: null, newLine: index + 1, endsWithoutNewline }
  })
  const hunk = { oldStart: 0, oldLines: 0, newStart: 1, newLines: lines.length, lines }
  return { encoding, hunks: lines.length > 0 ? [hunk] : [], addedLines: lines.length }
}

async function measure(file: WorkingFile): Promise<Pick<ChangedFile, 'kind' | 'addedLines'>> {
  let [addedLines, last] = [0, 0x0a]
  let isFirst = true
  for await (const chunk of streamWorkingFile(file)) {
    if (isFirst && looksBinary(chunk)) return { kind: 'binary', addedLines: 0 }
    isFirst = false
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, at + 1)) addedLines += 1
    last = chunk.at(-1) ?? last
  }
  return { kind: 'text', addedLines: last === 0x0a ? addedLines : addedLines + 1 }
}
