import type { Tree } from '../domain/change.ts'
import type { DiffedFile } from './diff/diff-draft.ts'
import type { Git } from './git.ts'
import { findWorkingFile } from './working-tree.ts'

/**
 * Bytes of each file's new side; null where it does not exist, is a submodule or is not here, and for objects of text that was only
 * changed: nobody asks for their size, and git would have to be started for it. A new text is as long as its lines.
 */
export async function measureFiles(
  git: Git,
  files: readonly DiffedFile[],
  where: { root: string; tree: Tree; signal: AbortSignal },
): Promise<(number | null)[]> {
  if (where.tree.kind === 'working') return Promise.all(files.map(({ file }) => sizeOnDisk(where.root, file)))
  const ids = files.map(({ file, newId }) => (file.kind === 'submodule' || isShownText(file) ? null : newId))
  const sizes = await objectSizes(
    git,
    ids.filter((id) => id !== null),
    where.signal,
  )
  return ids.map((id, index) => (id === null ? sizeOfLines(files[index]?.file) : (sizes.get(id) ?? null)))
}

const isShownText = ({ kind, omitted, hunks }: DiffedFile['file']) => kind === 'text' && omitted === null && hunks.length > 0

function sizeOfLines(file: DiffedFile['file'] | undefined): number | null {
  if (file?.status !== 'added' || !isShownText(file)) return null
  const lines = file.hunks.flatMap((hunk) => hunk.lines)
  return lines.reduce(
    (bytes, { text, endsWithoutNewline }) => bytes + Buffer.byteLength(text, file.encoding) + (endsWithoutNewline ? 0 : 1),
    0,
  )
}

async function sizeOnDisk(root: string, { path, kind, newMode }: DiffedFile['file']): Promise<number | null> {
  if (kind === 'submodule' || newMode === null) return null
  return (await findWorkingFile(root, path))?.stats.size ?? null
}

async function objectSizes(git: Git, ids: readonly string[], signal: AbortSignal): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map()
  const output = await git.ask(['cat-file', '--batch-check=%(objectname) %(objectsize)'], { signal, input: `${ids.join('\n')}\n` })
  const lines = output.toString('latin1').matchAll(/^([0-9a-f]+) (\d+)$/gm)
  return new Map(Array.from(lines, ([, id = '', size = '']) => [id, Number(size)]))
}
