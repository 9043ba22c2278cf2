import { randomUUID } from 'node:crypto'
import { processesStartedWith } from '../../system/process-tree.ts'

const name = 'CODING_AGENT_COMMAND'
/** A process may start another while their list is read. */
const maxSweeps = 50

/** Something in the environment of a command by which all that it started is found again, wherever it has gone. */
export interface CommandMark {
  environment: Record<string, string>
  /** Ends whatever still bears the mark. */
  sweep(): void
}

export function commandMark(): CommandMark {
  const id = randomUUID()
  return { environment: { [name]: id }, sweep: () => killMarked(`${name}=${id}`) }
}

function killMarked(mark: string): void {
  for (let sweep = 0; sweep < maxSweeps; sweep++) {
    const left = processesStartedWith(mark)
    if (left.length === 0) return
    for (const pid of left) tryKill(pid)
  }
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
