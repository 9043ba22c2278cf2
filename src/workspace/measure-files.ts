import type { Tree } from '../domain/change.ts'
import type { DiffedFile } from './diff/diff-draft.ts'
import type { Git } from './git.ts'
import { findWorkingFile } from './working-tree.ts'

/** Bytes of each file's new side; null where it does not exist, is a submodule or is not here. */
export async function measureFiles(
  git: Git,
  files: readonly DiffedFile[],
  where: { root: string; tree: Tree; signal: AbortSignal },
): Promise<(number | null)[]> {
  if (where.tree.kind === 'working') return Promise.all(files.map(({ file }) => sizeOnDisk(where.root, file)))
  const ids = files.map(({ file, newId }) => (file.kind === 'submodule' ? null : newId))
  const sizes = await objectSizes(
    git,
    ids.filter((id) => id !== null),
    where.signal,
  )
  return ids.map((id) => (id === null ? null : (sizes.get(id) ?? null)))
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
