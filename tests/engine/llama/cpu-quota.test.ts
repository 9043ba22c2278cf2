import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { readCpuQuota } from '../../../src/engine/llama/cpu-quota.ts'

function quotaWith(files: Record<string, string>): number | null {
  const root = mkdtempSync(join(tmpdir(), 'agent-cgroup-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), `${text}\n`)
  }
  return readCpuQuota(root)
}

it('knows no limit where there is none', () => {
  expect(quotaWith({})).toBe(null)
  expect(quotaWith({ 'proc/self/cgroup': '0::/', 'sys/fs/cgroup/cpu.max': 'max 100000' })).toBe(null)
  expect(quotaWith({ 'sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1', 'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000' })).toBe(null)
  expect(quotaWith({ 'sys/fs/cgroup/cpu.max': 'nonsense' })).toBe(null)
})

it('takes the strictest limit of a group and those that it lies in', () => {
  const files = {
    'proc/self/cgroup': '0::/user/agent',
    'sys/fs/cgroup/user/agent/cpu.max': '400000 100000',
    'sys/fs/cgroup/user/cpu.max': '150000 100000',
    'sys/fs/cgroup/cpu.max': 'max 100000',
  }
  expect(quotaWith(files)).toBe(1.5)
})

it('finds the limit of a container whose group has the name that it has outside', () => {
  expect(quotaWith({ 'proc/self/cgroup': '0::/docker/0123', 'sys/fs/cgroup/cpu.max': '200000 100000' })).toBe(2)
  expect(quotaWith({ 'proc/self/cgroup': '0::/../../escape', 'sys/fs/cgroup/cpu.max': '200000 100000' })).toBe(2)
})

it('reads the older kind of control groups too', () => {
  const files = {
    'proc/self/cgroup': '5:memory:/x\n4:cpu,cpuacct:/box',
    'sys/fs/cgroup/cpu/box/cpu.cfs_quota_us': '300000',
    'sys/fs/cgroup/cpu/box/cpu.cfs_period_us': '100000',
  }
  expect(quotaWith(files)).toBe(3)
})

it('reads those of this machine', () => {
  const quota = readCpuQuota()
  expect(quota === null || quota > 0).toBe(true)
})
