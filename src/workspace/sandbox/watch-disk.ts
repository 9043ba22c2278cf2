import { statfs } from 'node:fs/promises'
import type { CommandEnding } from '../command.ts'

const pollMs = 500

interface DiskLimit {
  /** Bytes by which the free space may shrink. */
  limit: number
  stop: (ending: CommandEnding) => void
}

/**
 * Ends a command that fills the disk, as the limit on a file does: by SIGXFSZ. Free space says it at once, where adding up a tree that grows would
 * miss files that are open and already removed; the price is that whatever else fills the same disk counts too.
 */
export function watchDisk(folder: string, { limit, stop }: DiskLimit): () => void {
  let atStart: number | undefined
  const look = async () => {
    const free = await freeSpace(folder)
    atStart ??= free
    // Half of what is free is enough, however little that is.
    if (free < atStart - Math.min(limit, atStart / 2)) stop({ kind: 'signalled', signal: 'SIGXFSZ' })
  }
  const tick = () => void look().catch(() => {})
  tick()
  const timer = setInterval(tick, pollMs)
  return () => clearInterval(timer)
}

async function freeSpace(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}
