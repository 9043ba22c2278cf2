import { randomUUID } from 'node:crypto'
import { constants, copyFile, mkdir, readFile, rename, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'

export interface LockOptions {
  signal: AbortSignal
  /** Called once when another process has the lock and this one waits for it. */
  onWait?: ((holder: string) => void) | undefined
}

/** In a folder while somebody changes it, and after somebody was killed while doing so. */
export const lockName = '.lock'
const beatMs = 10_000
/** Much longer than a beat: a laptop that slept, or a disk that stalled, must not lose its lock at once. */
const silentMs = 90_000
const pollMs = 250

const holderSchema = z.object({ pid: z.int().positive(), host: z.string(), token: z.string() })
type Holder = z.infer<typeof holderSchema>

/** A lock that is just being written, or is damaged: only its age says whether somebody still holds it. */
const unknownHolder: Holder = { pid: 0, host: 'this machine', token: '' }

/**
 * Runs a task while no other process that asks for it changes this folder. The holder renews its lock while it lives,
 * so one that was killed does not lock the others out.
 */
export async function withFolderLock<T>(folder: string, { signal, onWait }: LockOptions, task: () => Promise<T>): Promise<T> {
  const path = join(folder, lockName)
  const token = randomUUID()
  await take(path, token, { signal, onWait })
  const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), beatMs).unref()
  try {
    return await task()
  } finally {
    clearInterval(beat)
    if ((await readLock(path))?.token === token) await rm(path, { force: true })
    await rmdir(folder).catch(() => undefined)
  }
}

/** Whether a living process holds the lock of this folder. */
export async function isFolderLocked(folder: string): Promise<boolean> {
  const path = join(folder, lockName)
  const lock = await readLock(path)
  return lock !== undefined && !(await isAbandoned(path, lock))
}

async function take(path: string, token: string, { signal, onWait }: LockOptions): Promise<void> {
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), token })
  for (let told = false; ; ) {
    signal.throwIfAborted()
    if (await tryWrite(path, mine)) return
    const lock = await readLock(path)
    if (lock !== undefined && (await isAbandoned(path, lock))) {
      await breakLock(path, lock.token)
      continue
    }
    if (!told && lock !== undefined) onWait?.(`process ${lock.pid} on ${lock.host}`)
    told ||= lock !== undefined
    await sleep(pollMs, undefined, { signal })
  }
}

async function tryWrite(path: string, text: string): Promise<boolean> {
  try {
    // Whoever held the lock before may just have removed the folder, if it was left empty.
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text, { flag: 'wx' })
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' || code === 'ENOENT') return false
    throw error
  }
}

async function readLock(path: string): Promise<Holder | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return holderSchema.parse(JSON.parse(text))
  } catch {
    return unknownHolder
  }
}

async function isAbandoned(path: string, { pid, host }: Holder): Promise<boolean> {
  if (pid > 0 && host === hostname() && !isAlive(pid)) return true
  const touched = await stat(path).catch(() => undefined)
  return touched !== undefined && Date.now() - touched.mtimeMs > silentMs
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Two processes may find the same dead lock: who moved away a living one instead puts it back. */
async function breakLock(path: string, token: string): Promise<void> {
  const moved = `${path}.${randomUUID()}`
  await rename(path, moved).catch(() => undefined)
  const found = await readLock(moved)
  if (found !== undefined && found.token !== token) await copyFile(moved, path, constants.COPYFILE_EXCL).catch(() => undefined)
  await rm(moved, { force: true })
}
