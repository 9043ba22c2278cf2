import { privateMemoryOf, processTree } from '../../system/process-tree.ts'
import type { CommandEnding } from '../command.ts'

/** A program fills memory at a few gigabytes a second. */
const pollMs = 25

interface TreeLimits {
  /** Bytes, of all its processes together. */
  memory: number
  processes: number
  stop: (ending: CommandEnding) => void
}

/** Ends a process tree that takes too much, where no control group does. */
export function watchTree(pid: number, { memory, processes, stop }: TreeLimits): () => void {
  const look = () => {
    const tree = processTree(pid, processes + 1)
    if (tree.length > processes) return stop({ kind: 'signalled', signal: 'SIGKILL' })
    const used = tree.reduce((sum, each) => sum + privateMemoryOf(each), 0)
    if (used > memory) stop({ kind: 'out-of-memory' })
  }
  const timer = setInterval(look, pollMs)
  return () => clearInterval(timer)
}
