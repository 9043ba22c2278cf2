import { createHash, randomUUID } from 'node:crypto'
import { chmod, mkdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { locationIn } from './locations.ts'
import { walkTree } from './walk-tree.ts'

const namePattern = /^copy-(?<host>[0-9a-f]{8})-(?<pid>\d+)-[0-9a-f-]+$/

/** Makes a folder for a copy, whose name says which process it belongs to. */
export async function makeCopyFolder(folder: string): Promise<string> {
  const path = join(folder, `copy-${thisHost()}-${process.pid}-${randomUUID()}`)
  await mkdir(path, { recursive: true, mode: 0o700 })
  return path
}

/** Whether a name is that of a copy whose process is gone, so that nobody will remove it. */
export function isAbandonedCopy(name: string): boolean {
  const { host, pid } = namePattern.exec(name)?.groups ?? {}
  return host === thisHost() && !isAlive(Number(pid))
}

/** Removes a copy, also where a program took away the rights to do so. */
export async function removeCopyFolder(path: string): Promise<void> {
  const remove = () => rm(path, { recursive: true, force: true, maxRetries: 3 })
  await remove().catch(async () => {
    const { folders } = await walkTree(path)
    for (const folder of folders) await chmod(locationIn(path, folder), 0o700).catch(() => {})
    await remove()
  })
}

const thisHost = () => createHash('sha256').update(hostname()).digest('hex').slice(0, 8)

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
