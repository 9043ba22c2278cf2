import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { privateMemoryOf, processesStartedWith, processTree } from '../../src/system/process-tree.ts'
import { type GroupProgram, runGroup } from '../../src/system/run-group.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

const environment = { PATH: process.env.PATH ?? '' }
const isLinux = process.platform === 'linux'

const programOf = (argv: readonly string[], changes: Partial<GroupProgram> = {}): GroupProgram => ({
  argv,
  directory: '/',
  environment,
  timeout: 20_000,
  maxOutput: 10_000,
  signal: new AbortController().signal,
  ...changes,
})

describe('runGroup', () => {
  it('gives a program its environment and nothing else, and tells how it ended', async () => {
    const result = await runGroup(programOf(['/usr/bin/env'], { environment: { ONLY: 'this' } }))
    expect(result).toEqual({ ending: { kind: 'exited', code: 0 }, stdout: 'ONLY=this\n', stderr: '', durationMs: expect.any(Number) })
    expect((await runGroup(programOf(['sh', '-c', 'kill -TERM $$']))).ending).toEqual({ kind: 'signalled', signal: 'SIGTERM' })
  })

  it('lets a program read further descriptors', async () => {
    const { stdout } = await runGroup(programOf(['sh', '-c', 'cat <&4; cat <&3'], { descriptors: ['three\n', 'four\n'] }))
    expect(stdout).toBe('four\nthree\n')
  })

  it.each([
    ['that is not there', ['no-such-program']],
    ['that is a folder', ['/']],
    ['whose arguments are too long', ['true', 'x'.repeat(4_000_000)]],
  ])('says so of a program %s', async (_name, argv) => {
    expect(await runGroup(programOf(argv))).toMatchObject({
      ending: { kind: 'not-found' },
      stderr: expect.stringMatching(/^spawn .*E[A-Z0-9]+\n$/),
    })
  })

  it('says so of a file that may not be executed, and of a folder that is not there', async () => {
    using folder = temporaryFolder({ plain: 'text' })
    expect((await runGroup(programOf([join(folder.path, 'plain')]))).ending).toEqual({ kind: 'not-found' })
    expect((await runGroup(programOf(['true'], { directory: join(folder.path, 'nowhere') }))).ending).toEqual({ kind: 'not-found' })
  })

  it('throws what is no fault of the program', async () => {
    await expect(runGroup(programOf(['a\0b']))).rejects.toThrow(/null bytes/)
    const stop = AbortSignal.abort(new Error('enough'))
    await expect(runGroup(programOf(['true'], { signal: stop }))).rejects.toThrow('enough')
  })

  it('lets whoever watches end it, and tells them when it is over', async () => {
    const seen: string[] = []
    const { ending } = await runGroup(programOf(['sleep', '60']), {
      watch(pid, stop) {
        seen.push(typeof pid)
        stop({ kind: 'out-of-memory' })
        stop({ kind: 'timeout' })
        return () => seen.push('over')
      },
      sweep: () => seen.push('swept'),
    })
    expect([ending, seen]).toEqual([{ kind: 'out-of-memory' }, ['number', 'swept', 'over']])
  })

  it('does not wait for a process that has left the group and holds the output open', async () => {
    using folder = temporaryFolder()
    // Without a sweep nobody finds it.
    const script = join(folder.path, 'leave.sh')
    writeFileSync(script, '#!/bin/sh\nsetsid sh -c "echo \\$\\$ > pid; exec sleep 60" &\nwhile ! [ -s pid ]; do :; done\n')
    chmodSync(script, 0o755)
    const { ending } = await runGroup(programOf([script], { directory: folder.path }))
    expect(ending).toEqual({ kind: 'exited', code: 0 })
    expect((await runGroup(programOf(['sh', '-c', 'kill -9 $(cat pid)'], { directory: folder.path }))).ending).toEqual({
      kind: 'exited',
      code: 0,
    })
  })
})

describe.skipIf(!isLinux)('the process tree', () => {
  it('has everything below a process, up to a limit, and nothing of one that is gone', async () => {
    const child = spawn('sh', ['-c', '(sleep 60 & sleep 60) & sleep 60 & echo ready; wait'], {
      detached: true,
      env: { ...environment, MARK: 'tree-test' },
    })
    onTestFinished(() => void process.kill(-child.pid!, 'SIGKILL'))
    await once(child.stdout, 'data')
    while (processTree(child.pid!, 100).length < 4) await new Promise((resolve) => setTimeout(resolve, 5))
    const tree = processTree(child.pid!, 100)
    expect(tree[0]).toBe(child.pid)
    expect(processTree(child.pid!, 2)).toHaveLength(2)
    expect(new Set(processesStartedWith('MARK=tree-test'))).toEqual(new Set(tree))
    expect(processesStartedWith('MARK=nobody')).toEqual([])
    expect(processTree(2 ** 30, 10)).toEqual([2 ** 30])
  })

  it('knows what memory a process has for itself', () => {
    expect(privateMemoryOf(process.pid)).toBeGreaterThan(2 ** 20)
    expect(privateMemoryOf(2 ** 30)).toBe(0)
  })
})
