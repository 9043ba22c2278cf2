import { readFileSync } from 'node:fs'

/**
 * What tells a process from a later one with the same number: when it began, as the system counts. Null where there is no such process. Where there is no
 * `/proc`, all that can be said is that it lives.
 */
export function processStart(pid: number, root = '/proc'): string | null {
  if (!isAlive(pid)) return null
  try {
    const status = readFileSync(`${root}/${pid}/stat`, 'latin1')
    // The name of the program stands in brackets, and may hold anything, brackets too.
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ')
    return fields[19] ?? null
  } catch {
    return 'unknown'
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
