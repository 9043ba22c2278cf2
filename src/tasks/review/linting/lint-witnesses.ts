import { createHash } from 'node:crypto'
import { readdirSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import type { Repository } from '../../../workspace/discover-repository.ts'
import { findProgram } from '../../../workspace/find-program.ts'
import { listIgnored } from '../../../workspace/tree-state.ts'
import type { LintTree } from './lint-tree.ts'

/** What linters depend on that is not in the tree: by what the disk says about it, without reading it. */
export interface Witnesses {
  /** Absolute, or relative to the root. */
  places: readonly string[]
  /** Looked for on PATH. */
  programs: readonly string[]
}

type Surroundings = Pick<Repository, 'root' | 'environment'>

/** Different as soon as one of them was exchanged, came or went. */
export function witnessDigest({ places, programs }: Witnesses, { root, environment }: Surroundings): string {
  const hash = createHash('sha256')
  for (const place of places) hash.update(`${place}\0${stateOf(place.startsWith('/') ? place : join(root, place))}\0`)
  for (const program of programs) {
    const path = findProgram(program, { environment })
    hash.update(`${program}\0${path}\0${path && stateOf(path)}\0`)
  }
  return hash.digest('hex')
}

function stateOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats === undefined ? 'none' : `${stats.ino} ${stats.isDirectory() ? '' : stats.size} ${stats.mtimeMs}`
}

/** More would take longer to look at than it saves. */
const maxPlaces = 4_000

/**
 * The programs with the packages they are in; the records of package managers; the folders of the tree, which change when a file that git ignores
 * comes or goes; and those files themselves. Null where these are too many.
 */
export async function findWitnesses(
  programs: readonly string[],
  { project: { files }, dependencies }: Pick<LintTree, 'project' | 'dependencies'>,
  { repository, signal }: { repository: Repository; signal: AbortSignal },
): Promise<Witnesses | null> {
  const isPlace = (program: string) => program.includes('/')
  const installed = dependencies.map(({ target }) => target)
  const isInstalled = (path: string) => installed.some((folder) => path === folder || path.startsWith(`${folder}/`))
  const ignored = (await listIgnored(repository, signal)).map((path) => path.replace(/\/$/, '')).filter((path) => !isInstalled(path))
  const places = new Set([
    ...programs.filter(isPlace).flatMap((program) => [program, ...manifestOf(join(repository.root, program))]),
    ...installed.flatMap((folder) => recordsIn(repository.root, folder)),
    ...files.flatMap(foldersAbove),
    ...ignored.flatMap((path) => [path, ...entriesOf(repository.root, path)]),
  ])
  if (places.size > maxPlaces) return null
  return { places: [...places].toSorted(), programs: [...new Set(programs.filter((program) => !isPlace(program)))].toSorted() }
}

/** The manifest of the package that a program belongs to, which an update always rewrites. */
function manifestOf(program: string): string[] {
  try {
    const folders = realpathSync(program).split('/').slice(0, -1)
    const candidates = folders.map((_, index) => [...folders.slice(0, folders.length - index), 'package.json'].join('/')).slice(0, 5)
    return candidates.filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile()).slice(0, 1)
  } catch {
    return []
  }
}

const records = ['.package-lock.json', '.modules.yaml', '.yarn-integrity', '.yarn-state.yml', '.pnpm/lock.yaml']

function recordsIn(root: string, folder: string): string[] {
  const sites = namesIn(join(root, folder, 'lib')).map((name) => posix.join(folder, 'lib', name, 'site-packages'))
  return [folder, ...records.map((name) => posix.join(folder, name)), ...sites]
}

function foldersAbove(path: string): string[] {
  const folder = dirname(path)
  return folder === '.' ? ['.'] : [folder, ...foldersAbove(folder)]
}

/** Two levels of a folder. */
function entriesOf(root: string, folder: string): string[] {
  const below = (path: string) => namesIn(join(root, path)).map((name) => posix.join(path, name))
  return below(folder).flatMap((path) => [path, ...below(path)])
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
