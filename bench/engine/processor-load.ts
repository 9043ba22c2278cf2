import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { processesBelow } from '../../src/tasks/bench/process-memory.ts'

/** Hundredths of a second, as Linux counts processor time. */
interface Ticks {
  busy: number
  own: number
  at: number
}

const ticksPerSecond = 100

/** What share of the processor other programs, and other machines on this host, took while something ran; null where the system does not say. */
export async function withForeignLoad<T>(work: () => Promise<T>): Promise<{ value: T; foreign: number | null }> {
  const before = await ticks().catch(() => null)
  const value = await work()
  const after = await ticks().catch(() => null)
  if (before === null || after === null || after.at <= before.at) return { value, foreign: null }
  const all = ((after.at - before.at) / 1000) * ticksPerSecond * availableParallelism()
  return { value, foreign: Math.max(0, (after.busy - before.busy - (after.own - before.own)) / all) }
}

async function ticks(): Promise<Ticks> {
  const below = await processesBelow(process.pid)
  const [, user = 0, nice = 0, system = 0, , , interrupt = 0, soft = 0, stolen = 0] = (
    readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? ''
  )
    .split(/\s+/)
    .map(Number)
  const own = timesOf(process.pid, { withEnded: true }) + below.reduce((sum, { pid }) => sum + timesOf(pid, { withEnded: false }), 0)
  return { busy: user + nice + system + interrupt + soft + stolen, own, at: performance.now() }
}

/** User and system time of a process, and of its children that have ended. */
function timesOf(pid: number, { withEnded }: { withEnded: boolean }): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name, in parentheses, may have spaces in it.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15)
    return user + system + (withEnded ? endedUser + endedSystem : 0)
  } catch {
    return 0
  }
}
