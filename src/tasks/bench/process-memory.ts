import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

interface ProcessRow {
  pid: number
  parent: number
  residentBytes: number
}

const run = promisify(execFile)

/** The memory that the processes below one have resident, and on a GPU where its driver tells; null where nobody says. */
export async function memoryBelow(
  pid: number,
  { asksGpu }: { asksGpu: boolean },
): Promise<{ residentBytes: number | null; gpuBytes: number | null }> {
  const below = await processesBelow(pid).catch(() => null)
  if (below === null || below.length === 0) return { residentBytes: null, gpuBytes: null }
  const gpuBytes = asksGpu ? await gpuMemoryOf(new Set(below.map((row) => row.pid))).catch(() => null) : null
  return { residentBytes: below.reduce((sum, { residentBytes }) => sum + residentBytes, 0), gpuBytes }
}

/** The processes that one has started, and those that these have. */
export async function processesBelow(pid: number): Promise<ProcessRow[]> {
  return descendants(await processes(), pid)
}

function descendants(rows: readonly ProcessRow[], pid: number): ProcessRow[] {
  const children = rows.filter(({ parent, pid: own }) => parent === pid && own !== pid)
  return [...children, ...children.flatMap((child) => descendants(rows, child.pid))]
}

async function processes(): Promise<ProcessRow[]> {
  if (process.platform === 'linux') return await processesOfLinux()
  if (process.platform === 'win32') throw new Error('Windows lists no processes in a way that is read here.')
  const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,rss='], { maxBuffer: 16 * 1024 ** 2 })
  return readProcessList(stdout)
}

/** What `ps -o pid=,ppid=,rss=` prints. */
export function readProcessList(text: string): ProcessRow[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.map((line) => {
    const [pid = 0, parent = 0, kilobytes = 0] = line.trim().split(/\s+/).map(Number)
    return { pid, parent, residentBytes: kilobytes * 1024 }
  })
}

async function processesOfLinux(): Promise<ProcessRow[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const rows = await Promise.all(
    names.map(async (name): Promise<ProcessRow[]> => {
      // One that has ended meanwhile has no memory.
      const status = await readFile(`/proc/${name}/status`, 'utf8').catch(() => '')
      const number = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)
      return status === '' ? [] : [{ pid: Number(name), parent: number('PPid'), residentBytes: number('VmRSS') * 1024 }]
    }),
  )
  return rows.flat()
}

/** What NVIDIA's own tool says; nothing where it is not there. */
async function gpuMemoryOf(pids: ReadonlySet<number>): Promise<number | null> {
  const { stdout } = await run('nvidia-smi', ['--query-compute-apps=pid,used_memory', '--format=csv,noheader,nounits'], { timeout: 5000 })
  return readGpuUse(stdout, pids)
}

/** The bytes of some processes in what `nvidia-smi` prints; null where it lists none of them, as inside of some containers. */
export function readGpuUse(text: string, pids: ReadonlySet<number>): number | null {
  const used = text.split('\n').flatMap((line) => {
    const [pid = 0, mebibytes = Number.NaN] = line.split(',').map(Number)
    return pids.has(pid) && Number.isFinite(mebibytes) ? [mebibytes * 1024 ** 2] : []
  })
  return used.length === 0 ? null : used.reduce((sum, bytes) => sum + bytes, 0)
}
