import { structuredPatch } from 'diff'
import type { ChangedFile, DiffLine, Hunk } from '../../src/domain/change.ts'

/** The change from one text to another, as the workspace would read it; for tests that need no repository. */
export function changedFile(path: string, oldText: string | null, newText: string, overrides: Partial<ChangedFile> = {}): ChangedFile {
  const patch = structuredPatch(path, path, oldText ?? '', newText, undefined, undefined, { context: 4 })
  const hunks = patch.hunks.map(toHunk)
  const count = (kind: DiffLine['kind']) => hunks.flatMap(({ lines }) => lines).filter((line) => line.kind === kind).length
  return {
    path,
    oldPath: null,
    status: oldText === null ? 'added' : 'modified',
    kind: 'text',
    oldMode: oldText === null ? null : '100644',
    newMode: '100644',
    size: Buffer.byteLength(newText),
    encoding: 'utf8',
    hunks,
    omitted: null,
    addedLines: count('added'),
    removedLines: count('removed'),
    ...overrides,
  }
}

function toHunk({ oldStart, oldLines, newStart, newLines, lines }: ReturnType<typeof structuredPatch>['hunks'][number]): Hunk {
  let [oldLine, newLine] = [oldStart, newStart]
  const diffLines = lines
    .filter((line) => !line.startsWith('\\'))
    .map((line): DiffLine => {
      const text = line.slice(1)
      if (line.startsWith('+')) return { kind: 'added', text, oldLine: null, newLine: newLine++, endsWithoutNewline: false }
      if (line.startsWith('-')) return { kind: 'removed', text, oldLine: oldLine++, newLine: null, endsWithoutNewline: false }
      return { kind: 'context', text, oldLine: oldLine++, newLine: newLine++, endsWithoutNewline: false }
    })
  return { oldStart, oldLines, newStart, newLines, lines: diffLines }
}
