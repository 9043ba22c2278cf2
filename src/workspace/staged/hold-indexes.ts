import { chmod, chown, copyFile, link, open, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { AppError } from '../../domain/errors.ts'
import type { Repository } from '../discover-repository.ts'
import { createGit, type Git } from '../git.ts'
import { syncFolder } from '../transaction/journal.ts'
import { errorCode, isMissing } from '../transaction/locations.ts'

/** An index that no other process may change meanwhile. */
export interface HeldIndex {
  /** Absolute path of the index itself. */
  path: string
  /** A copy of it, to be changed. */
  copy: string
  /** Works on the copy, in the user's tree. */
  git: Git
}

/**
 * The index that is about to be committed. In a hook it may be a file of its own: `git commit -a` prepares `index.lock`, and
 * `git commit <path>` an index for the commit alone beside the one that comes after it, which is named second here.
 */
export async function findIndexes({ root, environment }: Repository): Promise<string[]> {
  const named = (await createGit(root, environment).ask(['rev-parse', '--git-path', 'index'])).toString('utf8').replace(/\n$/, '')
  const path = resolve(root, named)
  if (!/^next-index-\d+\.lock$/.test(basename(path))) return [path]
  const next = join(dirname(path), 'index.lock')
  const isThere = await stat(next).then(
    () => true,
    () => false,
  )
  return isThere ? [path, next] : [path]
}

interface Holding {
  repository: Repository
  paths: readonly string[]
  /** Name of the run: by it recovery knows whose lock it is. */
  id: string
  /** A folder to work in. */
  scratch: string
}

/** Holds indexes as git itself would, for as long as a piece of work takes. Throws `CHANGES_CONFLICT` where git holds one. */
export async function withIndexes<Result>(holding: Holding, work: (indexes: readonly HeldIndex[]) => Promise<Result>): Promise<Result> {
  const { repository, paths, id, scratch } = holding
  try {
    for (const path of paths) await takeLock(path, id)
    const indexes: HeldIndex[] = []
    for (const [at, path] of paths.entries()) {
      const copy = join(scratch, `held-${at}.index`)
      await copyIndex(path, copy).catch((error: unknown) => {
        throw isMissing(error) ? indexGone(path, error) : error
      })
      indexes.push({ path, copy, git: gitOn(repository, copy) })
    }
    return await work(indexes)
  } finally {
    await releaseIndexes(paths, id)
  }
}

/** Git in the user's tree, with another index. */
export const gitOn = ({ root, environment }: Repository, index: string): Git => createGit(root, { ...environment, GIT_INDEX_FILE: index })

/**
 * Copies an index with its time, never a later one: by it git knows which files may have changed in the same moment without their size
 * saying so.
 */
export async function copyIndex(from: string, to: string): Promise<void> {
  const seconds = Math.floor((await stat(from)).mtimeMs) / 1000
  await copyFile(from, to)
  await utimes(to, seconds, seconds)
}

/** Puts the copies in the places of the indexes. All bytes are on the disk before the first one moves. */
export async function publishIndexes(indexes: readonly HeldIndex[], id: string): Promise<void> {
  for (const index of indexes) await writeDraft(index, draftOf(index.path, id))
  for (const { path } of indexes) await rename(draftOf(path, id), path)
  for (const folder of new Set(indexes.map(({ path }) => dirname(path)))) await syncFolder(folder)
}

/** Removes the locks of a run, and what it may have left beside them. A lock of anybody else stays. */
export async function releaseIndexes(paths: readonly string[], id: string): Promise<void> {
  for (const path of paths) {
    await rm(draftOf(path, id), { force: true })
    const holder = await readFile(lockOf(path), 'latin1').catch(() => '')
    if (holder === tokenOf(id)) await rm(lockOf(path), { force: true })
  }
}

const lockOf = (path: string) => `${path}.lock`
const draftOf = (path: string, id: string) => `${path}.agent-${id}`
const tokenOf = (id: string) => `agent ${id}\n`

async function takeLock(path: string, id: string): Promise<void> {
  const [lock, draft] = [lockOf(path), draftOf(path, id)]
  try {
    await writeFile(draft, tokenOf(id), { flag: 'wx' })
    // So that there is no moment at which it is a lock of nobody; where the disk knows no second names, there is a short one.
    await link(draft, lock).catch(async (error: unknown) => {
      if (errorCode(error) === 'EEXIST') throw error
      await writeFile(lock, tokenOf(id), { flag: 'wx' })
    })
  } catch (cause) {
    if (errorCode(cause) === 'EEXIST') throw indexLocked(lock, cause)
    throw cause
  } finally {
    await rm(draft, { force: true })
  }
}

/** With the rights and the owner of the index, and the time of the copy. */
async function writeDraft({ path, copy }: HeldIndex, draft: string): Promise<void> {
  const [old, time] = [await stat(path), Math.floor((await stat(copy)).mtimeMs) / 1000]
  await using file = await open(draft, 'wx', 0o600)
  await file.writeFile(await readFile(copy))
  if (process.getuid?.() === 0) await chown(draft, old.uid, old.gid)
  await chmod(draft, old.mode & 0o777)
  await file.sync()
  await file.utimes(time, time)
}

const indexLocked = (lock: string, cause: unknown) =>
  new AppError('CHANGES_CONFLICT', `Another git process is changing the index: ${lock} exists. Nothing was changed.`, {
    cause,
    hint: 'Wait for it to end; if none is running, remove that file.',
  })

const indexGone = (path: string, cause: unknown) =>
  new AppError('CHANGES_CONFLICT', `The index ${path} is not there any more. Nothing was changed.`, {
    cause,
    hint: 'Start the commit again.',
  })
