import { promises } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

/** Changes to the disk, as this process makes them. */
export interface CountedChanges {
  isCounting: boolean
  count: number
}

const changing = [
  'rename',
  'unlink',
  'rmdir',
  'rm',
  'mkdir',
  'chmod',
  'chown',
  'copyFile',
  'writeFile',
  'open',
  'link',
  'symlink',
  'utimes',
] as const

/**
 * Counts the changes to the disk from now on, and ends this process by SIGKILL at the one with this number; a negative one finds the disk full,
 * and 0 is none. Only what is imported afterwards is counted.
 */
export function countChanges(at: number): CountedChanges {
  const changes: CountedChanges = { isCounting: false, count: 0 }
  for (const name of changing) {
    const real = promises[name] as (...args: unknown[]) => Promise<unknown>
    Object.assign(promises, {
      [name]: async (...args: unknown[]) => {
        const isReading = name === 'open' && (args[1] === 'r' || typeof args[1] === 'number')
        if (changes.isCounting && !isReading && ++changes.count === Math.abs(at)) {
          if (at > 0) process.kill(process.pid, 'SIGKILL')
          throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
        }
        return real(...args)
      },
    })
  }
  syncBuiltinESMExports()
  return changes
}
