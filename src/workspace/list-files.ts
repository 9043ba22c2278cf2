import type { Tree } from '../domain/change.ts'
import type { Git } from './git.ts'
import { comparePaths, pathText } from './path-bytes.ts'

/** Paths that exist in a tree, each once, in git's order. Submodules are listed too; what git ignores is not. */
export async function listFiles(git: Git, tree: Tree): Promise<string[]> {
  switch (tree.kind) {
    case 'commit':
      return records(await git.ask(['ls-tree', '-r', '-z', '--name-only', '--full-tree', tree.id])).map(pathText)
    case 'index':
      return [...new Set(records(await git.ask(['ls-files', '-z', '--cached'])).map(pathText))]
    case 'working':
      return listWorking(git)
    case 'empty':
    case 'patch':
      return []
  }
}

/** What is on disk: tracked or not ignored, without what was deleted and what a sparse checkout leaves out. */
async function listWorking(git: Git): Promise<string[]> {
  const tagged = await listTagged(git, ['--cached', '--deleted', '--others'])
  const absent = new Set(tagged.filter(({ tag }) => tag === 'R' || tag === 'S').map(({ path }) => path))
  const present = tagged.map(({ path }) => path).filter((path) => !absent.has(path) && !isNestedRepository(path))
  return [...new Set(present)].toSorted(comparePaths)
}

/** What a diff against HEAD does not tell: files that are not tracked, and those whose merge is not finished. */
export async function listUncommitted(git: Git, signal: AbortSignal): Promise<{ untracked: string[]; unmerged: Set<string> }> {
  const tagged = await listTagged(git, ['--others', '--unmerged'], signal)
  const untracked = tagged.filter(({ tag, path }) => tag === '?' && !isNestedRepository(path)).map(({ path }) => path)
  // An unmerged file has its mode, id and stage before its name.
  const unmerged = tagged.filter(({ tag }) => tag === 'M').map(({ path }) => path.slice(path.indexOf('\t') + 1))
  return { untracked, unmerged: new Set(unmerged) }
}

/** The id of a file's content, looked up in the whole list: for names that no other question can carry. */
export async function findObjectId(git: Git, tree: Tree & { kind: 'commit' | 'index' }, path: string): Promise<string | null> {
  const args = tree.kind === 'commit' ? ['ls-tree', '-r', '-z', '--full-tree', tree.id] : ['ls-files', '-s', '-z']
  const ids = records(await git.ask(args)).flatMap((record) => {
    const tab = record.indexOf(9)
    // Mode, type (of a tree) and id, or mode, id and stage (of the index).
    const id = /\b[0-9a-f]{40,64}\b/.exec(record.toString('latin1', 0, tab))?.[0]
    return id && pathText(record.subarray(tab + 1)) === path ? [id] : []
  })
  // Of an unmerged file: base, ours, theirs.
  return ids[1] ?? ids[0] ?? null
}

/** Another repository in a folder of this one, which git neither tracks nor looks into. */
const isNestedRepository = (path: string) => path.endsWith('/')

/** What `git ls-files -t` says of each path; one may come more than once. */
export async function listTagged(git: Git, which: readonly string[], signal?: AbortSignal): Promise<{ tag: string; path: string }[]> {
  const output = await git.ask(['ls-files', '-z', '-t', '--exclude-standard', ...which], { signal })
  return records(output).map((record) => ({ tag: record.toString('latin1', 0, 1), path: pathText(record.subarray(2)) }))
}

/** What stands between the NULs of git's output. */
export function records(output: Buffer): Buffer[] {
  const found: Buffer[] = []
  for (let start = 0, end = output.indexOf(0); end !== -1; start = end + 1, end = output.indexOf(0, start))
    found.push(output.subarray(start, end))
  return found
}
