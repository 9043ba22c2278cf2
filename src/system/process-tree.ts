import { readdirSync, readFileSync } from 'node:fs'

/** A process and all that came from it and is still below it, at most `limit` of them. Empty where the system has no `/proc`. */
export function processTree(root: number, limit: number): number[] {
  const found = [root]
  for (let next = 0; next < found.length && found.length < limit; next++) found.push(...childrenOf(found[next] ?? 0))
  return found.slice(0, limit)
}

/** Bytes that only this process and those it shares anonymous memory with use; files that are mapped do not count. 0 once it is gone. */
export function privateMemoryOf(pid: number): number {
  const status = readProc(`${pid}/status`)
  const kibibytes = [...status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm)].map((match) => Number(match[1]))
  return kibibytes.reduce((sum, each) => sum + each, 0) * 1024
}

/** Processes that were started with this text, such as `NAME=value`, in their environment, wherever they have gone since. */
export function processesStartedWith(text: string): number[] {
  return listProc('.')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid)
    .filter((pid) => readProc(`${pid}/environ`).split('\0').includes(text))
}

function childrenOf(pid: number): number[] {
  return listProc(`${pid}/task`).flatMap((thread) => readProc(`${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number))
}

/** A process may end at any time, and may belong to somebody else. */
function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'latin1')
  } catch {
    return ''
  }
}

function listProc(path: string): string[] {
  try {
    return readdirSync(`/proc/${path}`)
  } catch {
    return []
  }
}
