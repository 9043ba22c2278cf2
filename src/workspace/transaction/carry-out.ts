import { type FileHandle, chmod, chown, mkdir, open, readdir, rename, rm, rmdir, unlink } from 'node:fs/promises'
import { AppError } from '../../domain/errors.ts'
import { pathText } from '../path-bytes.ts'
import { sideOf } from './file-side.ts'
import { type FileSide, type Journal, type JournalEntry, readBytes, syncFolder } from './journal.ts'
import { errorCode, folderOf, foldersAbove, groundOf, locationIn, lookAt } from './locations.ts'

/** A journal, where its bytes are, and the tree that it is about. */
export interface Work {
  root: string
  journal: Journal
  /** Folder with the bytes of both sides. */
  bytes: string
}

/**
 * Brings every file of a journal that is on its side before the run to the side after it. First all new bytes are written to temporary
 * files beside their places; then there are only removals and renames. What is after already is left alone, so that this can be done again.
 * Throws `CHANGES_CONFLICT` where a file is on neither side; `except` are paths that are nobody's business any more.
 */
export async function carryOut(work: Work, except: ReadonlySet<string> = new Set()): Promise<void> {
  const { root, journal } = work
  await removeDrafts(work)
  const entries = await entriesToDo(work, except)
  const drafts: Draft[] = []
  for (const [index, entry] of entries.entries())
    if (entry.after) drafts.push(await writeDraft(work, { ...entry, after: entry.after }, index))
  for (const entry of entries) await requireBefore(root, entry)
  for (const { path, after } of entries) if (after === null) await unlink(locationIn(root, path))
  for (const folder of journal.folders.removed) await removeIfEmpty(root, folder)
  for (const folder of journal.folders.made) await makeFolder(root, folder)
  for (const { path, at } of drafts) {
    await requireGround(root, path)
    await rename(locationIn(root, at), locationIn(root, path))
  }
  await removeDrafts(work)
  for (const folder of new Set(entries.map(({ path }) => folderOf(path)))) await syncFolder(locationIn(root, folder))
}

/** Removes what an interrupted run left beside the files it was about to change. */
async function removeDrafts({ root, journal }: Pick<Work, 'root' | 'journal'>): Promise<void> {
  const folders = new Set(['.', ...journal.entries.flatMap(({ path }) => foldersAbove(path))])
  for (const folder of folders) {
    if ((await groundOf(root, `${folder}/.`)).obstacle !== 'none') continue
    const names = (await readdir(locationIn(root, folder), { encoding: 'buffer' })).map(pathText)
    for (const name of names.filter((name) => name.startsWith(draftPrefix(journal)))) {
      await rm(locationIn(root, folder === '.' ? name : `${folder}/${name}`), { force: true })
    }
  }
}

interface Draft {
  path: string
  /** Where its bytes lie until they are renamed. */
  at: string
}

/** By this name recovery knows whose file it is. */
const draftPrefix = ({ id }: Journal) => `.agent-${id}-`

async function entriesToDo({ root, journal }: Work, except: ReadonlySet<string>): Promise<JournalEntry[]> {
  const todo: JournalEntry[] = []
  const conflicts: string[] = []
  for (const entry of journal.entries.filter(({ path }) => !except.has(path))) {
    const side = await sideOf(root, entry)
    if (side === 'before') todo.push(entry)
    if (side === 'neither') conflicts.push(entry.path)
  }
  if (conflicts.length > 0) throw changesConflict(conflicts, 'changed in your working tree meanwhile')
  return todo
}

/** Writes the new bytes as near to their place as there is a folder that stays. */
async function writeDraft({ root, journal, bytes }: Work, entry: JournalEntry & { after: FileSide }, index: number): Promise<Draft> {
  const { reaches } = await groundOf(root, entry.path)
  const name = `${draftPrefix(journal)}${index}.tmp`
  const at = reaches === '.' ? name : `${reaches}/${name}`
  const location = locationIn(root, at)
  const content = await readBytes(bytes, entry.after)
  // Fails where anything has this name, a link too.
  await using file: FileHandle = await open(location, 'wx', 0o600)
  await file.writeFile(content)
  await keepOwner({ root, path: entry.path, folder: reaches }, location)
  await chmod(location, entry.after.mode)
  await file.sync()
  return { path: entry.path, at }
}

/** Root works for whoever owns the tree; everybody else makes files of their own. */
async function keepOwner({ root, path, folder }: { root: string; path: string; folder: string }, location: Buffer): Promise<void> {
  if (process.getuid?.() !== 0) return
  const owner = (await lookAt(root, path)) ?? (await lookAt(root, folder))
  if (owner && (owner.uid !== 0 || owner.gid !== 0)) await chown(location, owner.uid, owner.gid)
}

/** The last look before the first change. */
async function requireBefore(root: string, entry: JournalEntry): Promise<void> {
  if ((await sideOf(root, entry)) !== 'before') throw changesConflict([entry.path], 'changed in your working tree meanwhile')
}

async function requireGround(root: string, path: string): Promise<void> {
  const { obstacle } = await groundOf(root, path)
  if (obstacle !== 'none') throw changesConflict([path], 'not in a real folder any more')
}

async function makeFolder(root: string, folder: string): Promise<void> {
  await requireGround(root, folder)
  await mkdir(locationIn(root, folder)).catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') throw error
  })
}

/** A folder stays where somebody has put something into it. */
async function removeIfEmpty(root: string, folder: string): Promise<void> {
  if ((await groundOf(root, `${folder}/.`)).obstacle !== 'none') return
  await rmdir(locationIn(root, folder)).catch((error: unknown) => {
    if (!['ENOTEMPTY', 'EEXIST'].includes(errorCode(error))) throw error
  })
}

const mostNamed = 10

const again = 'Run it again, so that it starts from the files as they are now.'

/** The error for files that are not as a run left or found them. `state` completes "a.ts is …". */
export function changesConflict(paths: readonly string[], state: string, hint = again): AppError {
  const named = paths
    .slice(0, mostNamed)
    .map((path) => JSON.stringify(path))
    .join(', ')
  const more = paths.length > mostNamed ? ` and ${paths.length - mostNamed} more` : ''
  return new AppError('CHANGES_CONFLICT', `${named}${more} ${paths.length === 1 ? 'is' : 'are'} ${state}. Nothing was changed.`, {
    hint,
  })
}
