import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

/**
 * How many processors' worth of time the control groups of Linux let this process have; null where nothing limits it. Node's own count of processors
 * knows which ones may be used, and not for how long: a container with `--cpus 2` on a large machine sees all of them.
 */
export function readCpuQuota(root = '/'): number | null {
  const read = (...path: string[]): string => {
    try {
      return readFileSync(join(root, ...path), 'utf8').trim()
    } catch {
      return ''
    }
  }
  const groups = read('proc/self/cgroup').split('\n')
  const unified = groups.find((line) => line.startsWith('0::'))?.slice(3) ?? '/'
  const older = groups.find((line) => /^\d+:(?:.*,)?cpu(?:,.*)?:/.test(line))?.replace(/^[^:]*:[^:]*:/, '') ?? '/'
  const limits = [
    ...withParents(unified).map((group) => quotaOf(read('sys/fs/cgroup', group, 'cpu.max'))),
    ...withParents(older).map((group) =>
      quotaOf(`${read('sys/fs/cgroup/cpu', group, 'cpu.cfs_quota_us')} ${read('sys/fs/cgroup/cpu', group, 'cpu.cfs_period_us')}`),
    ),
  ].filter((limit) => limit !== null)
  return limits.length > 0 ? Math.min(...limits) : null
}

/** A group, and those that it lies in: each may set a limit. Inside a container the paths are often those of the host, and only the root is there. */
function withParents(group: string): string[] {
  const path = posix.normalize(posix.join('/', group))
  return path === '/' ? ['/'] : [path, ...withParents(posix.dirname(path))]
}

/** Of `<microseconds> <period>`; `max` and -1 mean none. */
function quotaOf(text: string): number | null {
  const [, quota, period] = /^(\d+) (\d+)$/.exec(text) ?? []
  return Number(quota) > 0 && Number(period) > 0 ? Number(quota) / Number(period) : null
}
