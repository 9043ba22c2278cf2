import type { Stats } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { describeBytes } from '../describe-bytes.ts'
import type { Git } from '../git.ts'
import { listTagged, records } from '../list-files.ts'
import { pathBytes, pathText } from '../path-bytes.ts'
import type { Refusal } from '../transaction.ts'
import { locationIn, lookAt } from './locations.ts'
import { type TreeWalk, walkTree } from './walk-tree.ts'

/** How much one run may change. */
export interface ChangeSizes {
  files: number
  /** Bytes of one file. */
  fileBytes: number
  /** Bytes of all changed files together. */
  totalBytes: number
}

/** The copy as a tree of git, and what could not become part of it. */
export interface RecordedTree {
  id: string
  walk: TreeWalk
  refused: readonly Refusal[]
}

/** A git directory of ours and the files it stands for. */
export interface Copy {
  /** Absolute path of the files. */
  root: string
  git: Git
}

/**
 * Writes the tree of everything that git does not ignore. What is on disk is found out here, since git would enter other repositories and
 * believe links; it only says what is ignored, and keeps the bytes.
 */
export async function recordTree({ root, git }: Copy, sizes: ChangeSizes): Promise<RecordedTree> {
  const walk = await walkTree(root)
  if (walk.traps.length > 0) return { id: await writeTree(git), walk, refused: [...walk.traps, ...refusedRepositories(walk)] }
  const tagged = await listTagged(git, ['--cached', '--modified', '--others'])
  const isThere = (path: string) => walk.files.has(path) || walk.links.has(path)
  const pathsOf = (tags: string) => tagged.filter(({ tag }) => tags.includes(tag)).map(({ path }) => path)
  const gone = pathsOf('H').filter((path) => !isThere(path))
  const candidates = [...new Set(pathsOf('C?').filter(isThere))]
  const { wanted, refused } = await withinSizes(root, candidates, sizes)
  await updateIndex(git, ['--force-remove'], gone)
  await updateIndex(git, ['--add', '--replace'], wanted)
  const hidden = await notIgnored(git, [...unusable(walk.special, 'It is neither a file nor a link.'), ...walk.unreadable])
  return { id: await writeTree(git), walk, refused: [...refused, ...hidden, ...refusedRepositories(walk)] }
}

/** Puts paths into the index as they are on disk, or takes them out. */
export async function updateIndex(git: Git, how: readonly string[], paths: readonly string[]): Promise<void> {
  if (paths.length > 0) await git.ask(['update-index', ...how, '-z', '--stdin'], { input: joined(paths) })
}

/** Writes the tree that the index stands for, and returns its id. */
export async function writeTree(git: Git): Promise<string> {
  return (await git.ask(['write-tree'])).toString('latin1').trim()
}

const joined = (paths: readonly string[]) => Buffer.concat(paths.flatMap((path) => [pathBytes(path), Buffer.of(0)]))

const unusable = (paths: readonly string[], reason: string): Refusal[] => paths.map((path) => ({ path, reason }))

const refusedRepositories = (walk: TreeWalk) => unusable(walk.repositories, "It would be believed to be git's own directory.")

/** The paths that may be read, by their size on disk: one that has no end must not be read to find that out. */
async function withinSizes(root: string, paths: readonly string[], sizes: ChangeSizes): Promise<{ wanted: string[]; refused: Refusal[] }> {
  const [wanted, refused]: [string[], Refusal[]] = [[], []]
  let total = 0
  for (const path of paths) {
    const stats = await lookAt(root, path)
    if (stats === null) continue
    if (stats.size > sizes.fileBytes) {
      const reason = `It has ${describeBytes(stats.size)}; a run may change files of at most ${describeBytes(sizes.fileBytes)}.`
      refused.push({ path, reason })
      continue
    }
    total += stats.size
    await makeReadable(root, path, stats)
    wanted.push(path)
  }
  const excess = excessOf(wanted.length, total, sizes)
  return excess ? { wanted: [], refused: [...refused, { path: '.', reason: excess }] } : { wanted, refused }
}

function excessOf(files: number, bytes: number, sizes: ChangeSizes): string | null {
  if (files > sizes.files) return `The run changed ${files} files; at most ${sizes.files} are carried over.`
  if (bytes <= sizes.totalBytes) return null
  return `The files that the run changed have ${describeBytes(bytes)}; at most ${describeBytes(sizes.totalBytes)} are carried over.`
}

async function makeReadable(root: string, path: string, stats: Stats): Promise<void> {
  if (stats.isFile() && (stats.mode & 0o400) === 0) await chmod(locationIn(root, path), (stats.mode & 0o777) | 0o600)
}

/** A socket in a cache is nobody's business. */
async function notIgnored(git: Git, refusals: readonly Refusal[]): Promise<Refusal[]> {
  if (refusals.length === 0) return []
  const { stdout } = await git.run(['check-ignore', '-z', '--stdin'], { input: joined(refusals.map(({ path }) => path)) })
  const ignored = new Set(records(stdout).map(pathText))
  return refusals.filter(({ path }) => !ignored.has(path))
}
