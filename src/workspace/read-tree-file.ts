import type { Tree } from '../domain/change.ts'
import { checkedPath } from './checked-path.ts'
import type { Git } from './git.ts'
import { findObjectId } from './list-files.ts'
import type { ObjectReader } from './object-reader.ts'
import { pathBytes } from './path-bytes.ts'
import { findWorkingFile, readWorkingFile } from './working-tree.ts'

interface TreeSource {
  root: string
  git: Git
  objects: ObjectReader
}

/** The bytes of a file in one tree; null where it does not exist there, or is a folder or a submodule. */
export async function readTreeFile(source: TreeSource, tree: Tree, path: string): Promise<Buffer | null> {
  const normal = checkedPath(path)
  switch (tree.kind) {
    case 'working': {
      const file = await findWorkingFile(source.root, normal)
      return file && readWorkingFile(file)
    }
    case 'commit':
    case 'index':
      return readBlob(source, tree, normal)
    case 'empty':
    case 'patch':
      return null
  }
}

async function readBlob({ git, objects }: TreeSource, tree: Tree & { kind: 'commit' | 'index' }, path: string): Promise<Buffer | null> {
  // A question to `cat-file --batch` is one line.
  const names = path.includes('\n') ? [Buffer.from((await findObjectId(git, tree, path)) ?? '')] : namesOf(tree, path)
  for (const name of names) {
    const object = name.length > 0 ? await objects.read(name) : null
    if (object?.type === 'blob') return object.bytes
  }
  return null
}

function namesOf(tree: Tree & { kind: 'commit' | 'index' }, path: string): Buffer[] {
  // An unmerged file has no merged stage; ours is what it is compared with.
  const prefixes = tree.kind === 'commit' ? [`${tree.id}:`] : [':0:', ':2:']
  return prefixes.map((prefix) => Buffer.concat([Buffer.from(prefix), pathBytes(path)]))
}
