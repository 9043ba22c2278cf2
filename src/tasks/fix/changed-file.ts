import type { ChangedFile, DiffLine } from '../../domain/change.ts'
import { changedBlocks } from './changed-blocks.ts'

/** Two texts of a file as a change of it, the way checks see one: a single hunk with every line of both sides. */
export function changedFile(path: string, before: string, after: string): ChangedFile {
  const [old, now] = [linesOf(before), linesOf(after)]
  const lines: DiffLine[] = []
  const push = (kind: DiffLine['kind'], text: string, at: { oldLine: number | null; newLine: number | null }) =>
    lines.push({ kind, text, ...at, endsWithoutNewline: false })
  let [oldLine, newLine] = [1, 1]
  const keepUntil = (end: number) => {
    for (; oldLine < end; oldLine++, newLine++) push('context', old[oldLine - 1] ?? '', { oldLine, newLine })
  }
  for (const block of changedBlocks(before, after)) {
    keepUntil(block.oldStart)
    for (; oldLine < block.oldEnd; oldLine++) push('removed', old[oldLine - 1] ?? '', { oldLine, newLine: null })
    for (; newLine < block.newEnd; newLine++) push('added', now[newLine - 1] ?? '', { oldLine: null, newLine })
  }
  keepUntil(old.length + 1)
  const count = (kind: DiffLine['kind']) => lines.filter((line) => line.kind === kind).length
  const hunk = { oldStart: 1, oldLines: old.length, newStart: 1, newLines: now.length, lines }
  return {
    path,
    oldPath: null,
    status: 'modified',
    kind: 'text',
    oldMode: '100644',
    newMode: '100644',
    size: Buffer.byteLength(after),
    encoding: 'utf8',
    hunks: [hunk],
    omitted: null,
    addedLines: count('added'),
    removedLines: count('removed'),
  }
}

function linesOf(text: string): string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines
}
