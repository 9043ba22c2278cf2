import { isDeepStrictEqual } from 'node:util'
import type { ChangedFile } from '../domain/change.ts'
import { replaceContent } from './diff/replace-content.ts'

/**
 * Adds files that git does not track to those that it does. One that was taken out of the index and is still on disk is in
 * both: it is changed, or not changed at all.
 */
export function addUntracked(tracked: readonly ChangedFile[], untracked: readonly ChangedFile[]): ChangedFile[] {
  const kept = new Map(untracked.map((file) => [file.path, file]))
  const files = tracked.flatMap((file) => {
    const onDisk = file.status === 'deleted' ? kept.get(file.path) : undefined
    if (!onDisk) return [file]
    kept.delete(file.path)
    return isUnchanged(file, onDisk) ? [] : [replaced(file, onDisk)]
  })
  return [...files, ...kept.values()]
}

function isUnchanged(before: ChangedFile, after: ChangedFile): boolean {
  const content = ({ kind, encoding, hunks }: ChangedFile) => [
    kind,
    encoding,
    hunks.flatMap(({ lines }) => lines.map(({ text, endsWithoutNewline }) => [text, endsWithoutNewline])),
  ]
  const isSeen = ({ kind, omitted }: ChangedFile) => kind !== 'binary' && omitted === null
  return isSeen(before) && isSeen(after) && before.oldMode === after.newMode && isDeepStrictEqual(content(before), content(after))
}

/** All old lines go, all new lines come. */
function replaced(before: ChangedFile, after: ChangedFile): ChangedFile {
  return {
    ...after,
    status: 'modified',
    oldMode: before.oldMode,
    ...replaceContent(before, after),
    omitted: before.omitted ?? after.omitted,
    removedLines: before.removedLines,
  }
}
