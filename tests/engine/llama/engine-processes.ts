import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

interface ProcessRow {
  pid: number
  parent: number
  rssKiB: number
}

/** The engine processes on this machine that a process has started. */
export function engineProcesses(parent = process.pid): ProcessRow[] {
  return rows()
    .filter(({ command, parent: itsParent }) => itsParent === parent && /llama\/process\.ts/.test(command))
    .map(({ pid, rssKiB }) => ({ pid, parent, rssKiB }))
}

/** Waits until a process is gone, or has ended and is only not yet taken note of. */
export async function gone(pid: number): Promise<void> {
  while (rows().some((row) => row.pid === pid && !row.state.startsWith('Z'))) await sleep(20)
}

function rows() {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss=,state=,args='], { encoding: 'utf8', maxBuffer: 2 ** 26 })
  return table.split('\n').flatMap((line) => {
    const [, pid, parent, rssKiB, state = '', command = ''] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? []
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), rssKiB: Number(rssKiB), state, command }]
  })
}
