import type { Git } from '../git.ts'
import { records } from '../list-files.ts'
import { pathBytes, pathText } from '../path-bytes.ts'
import { updateIndex } from './record-tree.ts'
import type { TreeEntry } from './tree-changes.ts'

/** What an index holds at some paths; a path whose merge is not finished is `unmerged`. */
export type IndexEntries = ReadonlyMap<string, TreeEntry | 'unmerged'>

/** Reads the entries of some paths. */
export async function readIndexEntries(git: Git, paths: ReadonlySet<string>): Promise<IndexEntries> {
  const entries = new Map<string, TreeEntry | 'unmerged'>()
  for (const record of records(await git.ask(['ls-files', '--stage', '-z']))) {
    const tab = record.indexOf(9)
    const path = pathText(record.subarray(tab + 1))
    if (!paths.has(path)) continue
    const [mode = '', id = '', stage] = record.toString('latin1', 0, tab).split(' ')
    entries.set(path, stage === '0' ? { mode, id } : 'unmerged')
  }
  return entries
}

/** Sets entries, and takes out those that are null. What is not named stays as it is. */
export async function writeIndexEntries(git: Git, entries: ReadonlyMap<string, TreeEntry | null>): Promise<void> {
  // A file must be out before a folder of its name comes in.
  await updateIndex(
    git,
    ['--force-remove'],
    [...entries].flatMap(([path, entry]) => (entry ? [] : [path])),
  )
  const lines = [...entries].flatMap(([path, entry]) =>
    entry ? [Buffer.from(`${entry.mode} ${entry.id}\t`), pathBytes(path), Buffer.of(0)] : [],
  )
  if (lines.length > 0) await git.ask(['update-index', '--replace', '-z', '--index-info'], { input: Buffer.concat(lines) })
}
