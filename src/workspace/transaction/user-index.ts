import { type FileHandle, copyFile, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { AppError } from '../../domain/errors.ts'
import type { Repository } from '../discover-repository.ts'
import { createGit, type Git } from '../git.ts'
import { errorCode, isMissing } from './locations.ts'

/** The user's index, while no other git process may change it. */
export interface HeldIndex {
  /** Works on a copy of the index. */
  git: Git
  /** Puts the copy in its place. */
  publish(): Promise<void>
}

/** Holds the index as git itself would, for as long as a piece of work takes. */
export async function withUserIndex<Result>(
  repository: Repository,
  scratch: string,
  work: (index: HeldIndex) => Promise<Result>,
): Promise<Result> {
  const { root, environment } = repository
  const named = (await createGit(root, environment).ask(['rev-parse', '--git-path', 'index'])).toString('utf8').replace(/\n$/, '')
  const path = resolve(root, named)
  const lock = `${path}.lock`
  await using file = await takeLock(lock)
  try {
    const copy = join(scratch, 'user.index')
    const git = createGit(root, { ...environment, GIT_INDEX_FILE: copy })
    await copyIndex(path, copy).catch(async (error: unknown) => {
      if (!isMissing(error)) throw error
      await git.ask(['read-tree', '--empty'])
    })
    return await work({
      git,
      async publish() {
        await file.writeFile(await readFile(copy))
        await file.sync()
        await rename(lock, path)
      },
    })
  } finally {
    await rm(lock, { force: true })
  }
}

/** With its time: by it git knows which files may have changed in the same second without their size saying so. */
async function copyIndex(path: string, copy: string): Promise<void> {
  const { atimeMs, mtimeMs } = await stat(path)
  await copyFile(path, copy)
  // Never later than it is, or a file that was changed in the same moment would look clean.
  await utimes(copy, Math.floor(atimeMs) / 1000, Math.floor(mtimeMs) / 1000)
}

async function takeLock(lock: string): Promise<FileHandle> {
  try {
    return await open(lock, 'wx')
  } catch (cause) {
    if (errorCode(cause) !== 'EEXIST') throw cause
    throw new AppError('CHANGES_CONFLICT', `Another git process is changing the index: ${lock} exists. Nothing was committed.`, {
      cause,
      hint: 'Wait for it to end; if none is running, remove that file.',
    })
  }
}
