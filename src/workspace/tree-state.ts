import { createHash } from 'node:crypto'
import { lstat, readFile, readlink } from 'node:fs/promises'
import type { Tree } from '../domain/change.ts'
import type { Repository } from './discover-repository.ts'
import { createGit, type Git } from './git.ts'
import { listTagged, records } from './list-files.ts'
import { pathText } from './path-bytes.ts'
import { locationIn } from './transaction/locations.ts'

/** What is read at most to tell one state of the working tree from another. */
const maxChangedFiles = 2_000
const maxChangedBytes = 64 * 2 ** 20

/** Names what a tree holds: equal for equal content, and different after any change. Null where too much would have to be read for it. */
export async function treeIdentity(repository: Repository, tree: Tree, signal: AbortSignal): Promise<string | null> {
  switch (tree.kind) {
    case 'empty':
      return 'empty'
    case 'commit':
      return `commit ${tree.id}`
    case 'index':
      return `index ${await indexDigest(gitOf(repository), signal)}`
    case 'working': {
      const changed = await changedDigest(repository, signal)
      return changed && `working ${await indexDigest(gitOf(repository), signal)} ${changed}`
    }
    case 'patch':
      return null
  }
}

/** Whether the files on disk are those of a tree: nothing else is changed, and no file lies beside them that could matter to a tool. */
export async function isCheckedOut(repository: Repository, tree: Tree, signal: AbortSignal): Promise<boolean> {
  if (tree.kind === 'working') return true
  if (tree.kind !== 'index' && tree.kind !== 'commit') return false
  const git = gitOf(repository)
  const against = tree.kind === 'commit' ? [tree.id] : []
  const [same, others] = await Promise.all([
    git.run(['diff', '--quiet', '--no-ext-diff', '--no-textconv', '--ignore-submodules=all', ...against], { signal }),
    listTagged(git, ['--others'], signal),
  ])
  return same.code === 0 && others.every(({ path }) => isInert(path))
}

/** What git ignores in the working tree; a folder of which nothing is tracked is named as one, with a slash at its end. */
export async function listIgnored(repository: Repository, signal: AbortSignal): Promise<string[]> {
  const output = await gitOf(repository).ask(['ls-files', '-z', '--others', '--ignored', '--exclude-standard', '--directory'], { signal })
  return records(output).map(pathText)
}

const gitOf = ({ root, environment }: Repository) => createGit(root, environment)

/** No compiler reads it, and no linter finds its configuration in it. */
const isInert = (path: string) => /\.(?:txt|log|pdf|png|jpe?g|gif|webp|zip|gz|tar|diff|patch|orig|rej|bak|sw[op])$/i.test(path)

async function indexDigest(git: Git, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of git.stream(['ls-files', '--stage', '-z'], { signal })) hash.update(chunk)
  return hash.digest('hex')
}

/** What on disk is not as in the index. */
async function changedDigest(repository: Repository, signal: AbortSignal): Promise<string | null> {
  const tagged = await listTagged(gitOf(repository), ['--modified', '--deleted', '--others'], signal)
  if (tagged.length > maxChangedFiles) return null
  const hash = createHash('sha256')
  let left = maxChangedBytes
  for (const { tag, path } of tagged) {
    const content = await contentOf(locationIn(repository.root, path), left)
    if (content === 'too-large') return null
    left -= content?.length ?? 0
    hash.update(`${tag} ${path}\0${content === null ? 'none' : content.length}\0`).update(content ?? '')
  }
  return hash.digest('hex')
}

async function contentOf(location: Buffer, limit: number): Promise<Buffer | 'too-large' | null> {
  const stats = await lstat(location).catch(() => null)
  if (stats?.isSymbolicLink()) return readlink(location, { encoding: 'buffer' })
  if (!stats?.isFile()) return null
  return stats.size > limit ? 'too-large' : readFile(location)
}
