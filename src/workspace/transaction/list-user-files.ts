import type { Git } from '../git.ts'
import { listTagged } from '../list-files.ts'
import type { Refusal } from '../transaction.ts'

/** The user's files as git knows them. */
export interface UserFiles {
  /** Tracked or not ignored, and on disk. */
  present: readonly string[]
  /** Tracked, but left out by a sparse checkout. */
  sparse: readonly string[]
  /** Other repositories in folders of this one. */
  nested: readonly Refusal[]
}

/** Lists what a copy has to carry. */
export async function listUserFiles(git: Git, signal: AbortSignal): Promise<UserFiles> {
  const tagged = await listTagged(git, ['--cached', '--deleted', '--others'], signal)
  const withTag = (wanted: string) => tagged.filter(({ tag }) => tag === wanted).map(({ path }) => path)
  const [sparse, absent] = [withTag('S'), new Set(withTag('R'))]
  const hidden = new Set(sparse)
  const present = new Set(tagged.map(({ path }) => path).filter((path) => !absent.has(path) && !hidden.has(path)))
  const nested = [...present].filter((path) => path.endsWith('/'))
  return {
    present: [...present].filter((path) => !path.endsWith('/')),
    sparse,
    nested: nested.map((path) => ({ path: path.slice(0, -1), reason: 'It is a repository of its own.' })),
  }
}
