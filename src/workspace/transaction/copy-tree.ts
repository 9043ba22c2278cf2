import { constants, type Stats } from 'node:fs'
import { chmod, copyFile, mkdir, readlink, realpath, symlink } from 'node:fs/promises'
import { posix } from 'node:path'
import { AppError } from '../../domain/errors.ts'
import { pathText } from '../path-bytes.ts'
import type { Refusal } from '../transaction.ts'
import { inParallel } from './in-parallel.ts'
import { errorCode, folderOf, groundOf, isMissing, locationIn, lookAt } from './locations.ts'

interface CopyTreeOptions {
  from: string
  to: string
  paths: readonly string[]
  signal: AbortSignal
}

/** What a copy holds, and what it does without. */
export interface CopiedTree {
  copied: readonly string[]
  leftOut: readonly Refusal[]
}

const atOnce = 16

/** Copies files with their executable bits, and links that stay inside. Follows no link, and shares blocks where the disk can. */
export async function copyTree({ from, to, paths, signal }: CopyTreeOptions): Promise<CopiedTree> {
  const copied: string[] = []
  const leftOut: Refusal[] = []
  const isReal = once(async (folder) => (await groundOf(from, `${folder}/.`)).obstacle === 'none')
  const makeFolder = once((folder) => mkdir(locationIn(to, folder), { recursive: true }))
  await inParallel(paths, atOnce, async (path) => {
    signal.throwIfAborted()
    // Behind a link lies what the link names, and the link is in the list itself.
    if (folderOf(path) !== '.' && !(await isReal(folderOf(path)))) return
    const stats = await lookAt(from, path)
    if (stats === null) return
    const reason = await refusalOf(from, path, stats)
    if (reason) return void leftOut.push({ path, reason })
    await makeFolder(folderOf(path))
    const failure = await copyEntry({ source: locationIn(from, path), target: locationIn(to, path), stats }, path)
    if (failure) leftOut.push(failure)
    else copied.push(path)
  })
  return { copied: copied.toSorted(), leftOut }
}

async function refusalOf(root: string, path: string, stats: Stats): Promise<string | null> {
  if (stats.isFile()) return null
  if (stats.isDirectory()) return 'It is a repository of its own.'
  if (!stats.isSymbolicLink()) return 'It is neither a file nor a link.'
  return (await staysInside(root, path)) ? null : 'It is a link that leads out of the repository.'
}

/** Whether a link leads to a place in the tree, or would if something were there. An absolute one would lead out of every copy. */
async function staysInside(root: string, path: string): Promise<boolean> {
  const target = pathText(await readlink(locationIn(root, path), { encoding: 'buffer' }))
  if (posix.isAbsolute(target) || !isWithin(posix.join(folderOf(path), target))) return false
  try {
    const real = pathText(await realpath(locationIn(root, path), { encoding: 'buffer' }))
    return isWithin(posix.relative(root, real))
  } catch (error) {
    return isMissing(error)
  }
}

function isWithin(path: string): boolean {
  const segments = path.split('/')
  return segments[0] !== '..' && !segments.some((segment) => segment.toLowerCase() === '.git')
}

async function copyEntry(
  { source, target, stats }: { source: Buffer; target: Buffer; stats: Stats },
  path: string,
): Promise<Refusal | null> {
  try {
    if (stats.isSymbolicLink()) await symlink(await readlink(source, { encoding: 'buffer' }), target)
    else {
      await copyFile(source, target, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL)
      // A tool must be able to change what its owner made read-only, and nobody needs another user's rights here.
      if ((stats.mode & 0o7600) !== 0o600) await chmod(target, (stats.mode & 0o777) | 0o600)
    }
    return null
  } catch (error) {
    if (errorCode(error) === 'ENOSPC') throw diskFull(error)
    return { path, reason: `It cannot be copied (${errorCode(error)}).` }
  }
}

const diskFull = (cause: unknown) =>
  new AppError('DISK_FULL', 'The disk is full: the repository could not be copied.', {
    cause,
    hint: 'Free some space, or set AGENT_HOME to a folder on another disk.',
  })

/** The same answer for the same argument, asked only once. */
function once<Answer>(ask: (argument: string) => Promise<Answer>): (argument: string) => Promise<Answer> {
  const answers = new Map<string, Promise<Answer>>()
  return (argument) => {
    const answer = answers.get(argument) ?? ask(argument)
    answers.set(argument, answer)
    return answer
  }
}
