import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../domain/errors.ts'
import type { Repository } from '../discover-repository.ts'
import { createGit, type Git } from '../git.ts'
import type { Environment } from '../git-environment.ts'
import { records } from '../list-files.ts'
import { pathBytes } from '../path-bytes.ts'
import { copyAttributes } from '../transaction/clean-sides.ts'
import { readIndexEntries, writeIndexEntries } from '../transaction/index-entries.ts'
import { updateIndex } from '../transaction/record-tree.ts'
import type { TreeEntry } from '../transaction/tree-changes.ts'
import { copyIndex, gitOn } from './hold-indexes.ts'
import type { StagedChange } from './staged-change.ts'

/** Staged files as git stores them and as it would write them to disk. */
export interface ConvertedFiles {
  /** What the index is to hold. */
  after: ReadonlyMap<string, TreeEntry>
  /** Folder with the files as git would check them out now. */
  base: string
  /** The same for what the index is to hold. */
  fixed: string
}

interface Conversion {
  repository: Repository
  /** The index as it is. */
  index: string
  /** A folder to work in. */
  scratch: string
}

/**
 * Takes every content the way that it would take if git had written it to disk and the user had added it: through line endings,
 * encodings and filters, so that what is staged is what git would have staged.
 */
export async function convertStaged(changes: readonly StagedChange[], { repository, index, scratch }: Conversion): Promise<ConvertedFiles> {
  const [base, raw, fixed] = ['base', 'raw', 'fixed'].map((name) => join(scratch, name)) as [string, string, string]
  const indexWith = async (name: string, entries: ReadonlyMap<string, TreeEntry>) => {
    const copy = join(scratch, `${name}.index`)
    await copyIndex(index, copy)
    await writeIndexEntries(gitOn(repository, copy), entries)
    return copy
  }
  const given = new Map<string, TreeEntry>()
  for (const { path, before, content } of changes)
    given.set(path, { mode: before.mode, id: await writeBlob(gitOn(repository, index), content) })
  const before = await indexWith('base', new Map(changes.map((change) => [change.path, change.before])))
  await checkOut(gitOn(repository, before), given, base)
  await checkOut(gitOn(repository, await indexWith('raw', given)), given, raw)
  const after = await addFrom(raw, changes, { repository, index: before })
  await checkOut(gitOn(repository, await indexWith('fixed', after)), given, fixed)
  return { after, base, fixed }
}

/** In the user's tree, where their filters expect to be started. */
async function checkOut(git: Git, paths: ReadonlyMap<string, unknown>, folder: string): Promise<void> {
  await mkdir(folder)
  const input = Buffer.concat([...paths.keys()].flatMap((path) => [pathBytes(path), Buffer.of(0)]))
  await git.ask(['checkout-index', '--force', '--quiet', '-z', '--stdin', `--prefix=${folder}/`], { input })
}

/** What `git add` would make of the files in a folder. Only their content counts: the mode stays what it was. */
async function addFrom(
  tree: string,
  changes: readonly StagedChange[],
  { repository, index }: Omit<Conversion, 'scratch'>,
): Promise<Map<string, TreeEntry>> {
  await copyAttributes(repository.root, tree, { entries: changes })
  const environment = await startingFilters(repository)
  const git = createGit(tree, { ...environment, GIT_WORK_TREE: tree, GIT_INDEX_FILE: index })
  const paths = changes.map(({ path }) => path)
  await updateIndex(git, [], paths)
  const entries = await readIndexEntries(git, new Set(paths))
  return new Map(
    changes.map(({ path, before: { mode } }) => {
      const entry = entries.get(path)
      if (!entry || entry === 'unmerged') throw new AppError('GIT_FAILED', `git update-index has lost ${JSON.stringify(path)}.`)
      return [path, { mode, id: entry.id }]
    }),
  )
}

/** The filters of the user, started in their tree though the files lie elsewhere: a command may be named relative to it. */
async function startingFilters({ root, environment }: Repository): Promise<Environment> {
  const args = ['config', '-z', '--get-regexp', String.raw`^filter\..*\.(clean|process)$`]
  const settings = records((await createGit(root, environment).run(args, { asConfigured: true })).stdout).map(String)
  let count = Number(environment.GIT_CONFIG_COUNT ?? 0)
  const added: Record<string, string> = {}
  for (const setting of settings) {
    const end = setting.indexOf('\n')
    const command = setting.slice(end + 1)
    if (end === -1 || command === '') continue
    added[`GIT_CONFIG_KEY_${count}`] = setting.slice(0, end)
    added[`GIT_CONFIG_VALUE_${count++}`] = `cd '${root.replaceAll("'", String.raw`'\''`)}' && ${command}`
  }
  return { ...environment, ...added, ...(count > 0 ? { GIT_CONFIG_COUNT: String(count) } : {}) }
}

async function writeBlob(git: Git, content: Buffer): Promise<string> {
  return (await git.ask(['hash-object', '-w', '--stdin', '--no-filters'], { input: content })).toString('latin1').trim()
}
