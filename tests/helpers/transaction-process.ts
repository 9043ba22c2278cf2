import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Edit } from './transaction-edits.ts'
import type { TestPlace } from './transaction-place.ts'

export interface ChildRun {
  action: 'apply' | 'undo' | 'recover'
  /** Which of its changes to the disk it does not live to see; never without it. Negative: which one finds the disk full. */
  killAt?: number
  /** Milliseconds after it said that it is ready. */
  killAfter?: number
  edits?: readonly Edit[]
}

/** What it printed, and the signal that ended it. */
export interface ChildEnding {
  output: string
  signal: NodeJS.Signals | null
}

const script = fileURLToPath(new URL('./transaction-child.ts', import.meta.url))

/** Runs a transaction in a process of its own, to its end or to the moment it is killed. */
export async function runChild({ user, folder }: TestPlace, { action, killAt = 0, killAfter, edits = [] }: ChildRun): Promise<ChildEnding> {
  const child = spawn(process.execPath, [script, action, user.root, folder, String(killAt), JSON.stringify(edits)], {
    env: { ...user.environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (killAfter !== undefined && !output.includes('ready') && (output + text).includes('ready')) killLater(child, killAfter)
    output += text
  })
  const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  return { output, signal }
}

function killLater(child: ChildProcess, milliseconds: number): void {
  setTimeout(() => child.kill('SIGKILL'), milliseconds)
}
