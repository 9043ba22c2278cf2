import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { pathFilter } from '../../config/for-path.ts'
import type { ChangedFile, Tree } from '../../domain/change.ts'
import { isInShard } from '../../domain/shard.ts'
import { mutableLanguages } from '../../mutators/mutator.ts'
import { languageOf } from '../../syntax/language.ts'
import { skipReason } from '../../tasks/review/skip.ts'
import { testRunners } from '../../test-runners/registry.ts'
import { looksBinary } from '../../workspace/looks-binary.ts'
import { comparePaths } from '../../workspace/path-bytes.ts'
import { selectPaths } from '../../workspace/select-paths.ts'
import { selectorFrom } from '../selector-flags.ts'
import type { TaskSession } from '../task-session.ts'
import type { BatchFlags, BatchTaskName } from './batch-task.ts'

/** One piece of work: a file, or a package with all of its files. */
export interface BatchUnit {
  name: string
  paths: readonly string[]
}

export interface BatchUnits {
  units: readonly BatchUnit[]
  /** What is looked at, in the words of a review. */
  description: string
  /** The trees that are compared, besides the working tree. */
  trees: readonly Tree[]
}

interface Listing {
  name: BatchTaskName
  flags: BatchFlags
  paths: readonly string[]
  signal: AbortSignal
}

/** The files that are meant, as units of work: those of a change, or all in the paths that were given, else in the repository. */
export async function listUnits(session: TaskSession, listing: Listing): Promise<BatchUnits> {
  const { flags } = listing
  const selector = selectorFrom(flags)
  const found = selector.kind === 'uncommitted' ? await listedFiles(session, listing) : await changedFiles(session, listing)
  // By file, also where units are packages: only so does a shard's report tell of its own files.
  const paths = found.paths.filter((path) => isFor(listing.name, path) && (flags.shard === undefined || isInShard(path, flags.shard)))
  const units = flags.per === 'package' ? packagesOf(paths, await allFiles(session)) : paths.map((path) => ({ name: path, paths: [path] }))
  return { ...found, units }
}

/** Tests of tests are none, and what cannot be broken on purpose needs no run to be told so. */
function isFor(name: BatchTaskName, path: string): boolean {
  if (name !== 'mutate' && name !== 'generate-tests') return true
  const language = languageOf(path)
  return mutableLanguages.some((known) => known === language) && !testRunners.some((runner) => runner.isTestFile(path))
}

interface FoundFiles extends Omit<BatchUnits, 'units'> {
  paths: readonly string[]
}

async function changedFiles(session: TaskSession, { name, flags, paths, signal }: Listing): Promise<FoundFiles> {
  const change = await session.runtime.workspace.readChange(selectorFrom(flags), { paths, contextLines: 0, signal })
  // A review tells of each file of a change, be it only that there is nothing to review in it.
  const wanted = name === 'review' ? change.files : change.files.filter((file) => isWorth(file, session))
  return { paths: wanted.map(({ path }) => path), description: change.description, trees: [change.old, change.new] }
}

function isWorth(file: ChangedFile, { settings }: TaskSession): boolean {
  const isWanted = pathFilter(settings.config)
  return skipReason(file, (path) => !isWanted(path)) === null
}

async function listedFiles(session: TaskSession, { paths, signal }: Listing): Promise<FoundFiles> {
  const { root } = session.runtime.workspace
  const selection = await selectPaths(paths, { root, directory: session.settings.globals.directory })
  const files = await allFiles(session)
  await selection.requireKnown([], async () => files)
  const worthy: string[] = []
  for (const path of files.filter((file) => selection.includes({ path: file, oldPath: null }))) {
    signal.throwIfAborted()
    if (isWorth({ ...plainFile, path }, session) && (await isText(path, session))) worthy.push(path)
  }
  return { paths: worthy, description: 'whole files', trees: [] }
}

const allFiles = async ({ runtime: { workspace } }: TaskSession) => (await workspace.listFiles({ kind: 'working' })).toSorted(comparePaths)

const plainFile: Omit<ChangedFile, 'path'> = {
  oldPath: null,
  status: 'modified',
  kind: 'text',
  oldMode: null,
  newMode: null,
  size: null,
  encoding: 'utf8',
  hunks: [],
  omitted: null,
  addedLines: 0,
  removedLines: 0,
}

async function isText(path: string, { runtime: { workspace } }: TaskSession): Promise<boolean> {
  const bytes = await workspace.readFile({ kind: 'working' }, path).catch(() => null)
  return bytes !== null && bytes.length > 0 && !looksBinary(bytes)
}

const manifests =
  /^(?:package\.json|pyproject\.toml|setup\.py|go\.mod|Cargo\.toml|pom\.xml|build\.gradle(?:\.kts)?|Gemfile|composer\.json|.+\.csproj)$/

/** Each file belongs to the nearest folder above it that has a manifest, else to the repository. */
function packagesOf(paths: readonly string[], all: readonly string[]): BatchUnit[] {
  const folders = new Set(all.filter((path) => manifests.test(posix.basename(path))).map((path) => posix.dirname(path)))
  const folderOf = (path: string): string => {
    const folder = posix.dirname(path)
    return folder === '.' || folders.has(folder) ? folder : folderOf(folder)
  }
  return [...Map.groupBy(paths, folderOf)].map(([name, files]) => ({ name, paths: files })).toSorted((a, b) => comparePaths(a.name, b.name))
}

/** What the files of a unit hold now; equal for equal content. */
export async function contentOf({ paths }: BatchUnit, { runtime: { workspace } }: TaskSession): Promise<string> {
  const hash = createHash('sha256')
  for (const path of paths) {
    const bytes = await workspace.readFile({ kind: 'working' }, path).catch(() => null)
    hash.update(`${path}\0${bytes === null ? 'none' : bytes.length}\0`).update(bytes ?? '')
  }
  return hash.digest('hex')
}
