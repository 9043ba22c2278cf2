import { chmod, copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createGit } from '../git.ts'
import type { Repository } from '../discover-repository.ts'
import { findFile } from './file-side.ts'
import { readIndexEntries } from './index-entries.ts'
import { type FileSide, type Journal, readBytes } from './journal.ts'
import { folderOf, foldersAbove, locationIn } from './locations.ts'
import { updateIndex } from './record-tree.ts'
import type { TreeEntry } from './tree-changes.ts'

interface SideOptions {
  repository: Repository
  journal: Journal
  /** Folder with the bytes that the journal names. */
  bytes: string
  /** A folder to work in. */
  scratch: string
  /** An index with the entries of HEAD, which git looks into when it decides about line endings. */
  headIndex: string
}

/** The files of one side of a run, as `git add` would store them: with the user's line endings and filters undone. */
export async function cleanSide(side: 'before' | 'after', options: SideOptions): Promise<Map<string, TreeEntry>> {
  const { repository, journal, bytes, scratch } = options
  const [tree, index] = [join(scratch, side), join(scratch, `${side}.index`)]
  await mkdir(tree, { recursive: true })
  await copyFile(options.headIndex, index)
  const git = createGit(tree, { ...repository.environment, GIT_WORK_TREE: tree, GIT_INDEX_FILE: index })
  const present = journal.entries.flatMap((entry) => (entry[side] ? [{ path: entry.path, side: entry[side] }] : []))
  await copyAttributes(repository.root, tree, journal)
  for (const { path, side: file } of present) await writeSide({ tree, bytes }, path, file)
  const paths = journal.entries.map(({ path }) => path)
  await updateIndex(
    git,
    ['--force-remove'],
    paths.filter((path) => !present.some((other) => other.path === path)),
  )
  await updateIndex(
    git,
    ['--add', '--replace'],
    present.map(({ path }) => path),
  )
  const entries = await readIndexEntries(git, new Set(present.map(({ path }) => path)))
  return new Map([...entries].flatMap(([path, entry]) => (entry === 'unmerged' ? [] : [[path, entry] as const])))
}

/** Copies the attributes of files to where git looks for them beside the files; without them it falls back on those of the index. */
export async function copyAttributes(root: string, tree: string, { entries }: { entries: readonly { path: string }[] }): Promise<void> {
  const folders = new Set(entries.flatMap(({ path }) => ['.', ...foldersAbove(path)]))
  const names = [...folders].map((folder) => (folder === '.' ? '.gitattributes' : `${folder}/.gitattributes`))
  const ours = new Set(entries.map(({ path }) => path))
  for (const path of names.filter((name) => !ours.has(name))) {
    const found = await findFile(root, path)
    if (found.kind !== 'file') continue
    await mkdir(locationIn(tree, folderOf(path)), { recursive: true })
    await writeFile(locationIn(tree, path), found.bytes)
  }
}

async function writeSide({ tree, bytes }: { tree: string; bytes: string }, path: string, side: FileSide): Promise<void> {
  await mkdir(locationIn(tree, folderOf(path)), { recursive: true })
  await writeFile(locationIn(tree, path), await readBytes(bytes, side), { flag: 'wx' })
  await chmod(locationIn(tree, path), side.mode | 0o600)
}
