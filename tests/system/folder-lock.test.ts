import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isFolderLocked, withFolderLock } from '../../src/system/folder-lock.ts'

const signal = new AbortController().signal

function temporaryFolder(): string {
  const base = mkdtempSync(join(tmpdir(), 'agent-lock-'))
  onTestFinished(() => rmSync(base, { recursive: true, force: true }))
  return join(base, 'model')
}

function lockedBy(holder: unknown): string {
  const folder = temporaryFolder()
  mkdirSync(folder)
  writeFileSync(join(folder, '.lock'), typeof holder === 'string' ? holder : JSON.stringify(holder))
  return folder
}

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '0'])
  await new Promise((resolve) => child.once('close', resolve))
  return child.pid!
}

describe('withFolderLock', () => {
  it('never lets two in at once, however many come', async () => {
    const folder = temporaryFolder()
    let inside = 0
    const visits = Array.from({ length: 6 }, (_, index) =>
      withFolderLock(folder, { signal }, async () => {
        const alone = ++inside === 1
        await sleep(5)
        inside--
        return { index, alone }
      }),
    )
    expect(await Promise.all(visits)).toEqual(visits.map((_, index) => ({ index, alone: true })))
    expect(existsSync(folder)).toBe(false)
  })

  it('keeps the folder when something lies in it, and lets go after a failure', async () => {
    const folder = temporaryFolder()
    const failed = withFolderLock(folder, { signal }, async () => {
      writeFileSync(join(folder, 'model.gguf.part'), '')
      throw new Error('broken')
    })
    await expect(failed).rejects.toThrow('broken')
    expect(readdirSync(folder)).toEqual(['model.gguf.part'])
  })

  it('takes the lock of a process that died, though several find it at once', async () => {
    const folder = lockedBy({ pid: await deadPid(), host: hostname(), token: 'old' })
    expect(await isFolderLocked(folder)).toBe(false)
    let inside = 0
    const alone = await Promise.all(
      Array.from({ length: 4 }, () =>
        withFolderLock(folder, { signal }, async () => {
          const first = ++inside === 1
          await sleep(5)
          inside--
          return first
        }),
      ),
    )
    expect(alone).toEqual([true, true, true, true])
  })

  it.each([
    ['another machine', { pid: 1, host: 'elsewhere', token: 'x' }],
    ['nobody knows whom', 'half a lo'],
  ])('respects the lock of %s until it has been silent for long', async (_who, holder) => {
    const folder = lockedBy(holder)
    expect(await isFolderLocked(folder)).toBe(true)
    const waits: string[] = []
    const stop = new AbortController()
    const waiting = withFolderLock(folder, { signal: stop.signal, onWait: (who) => (waits.push(who), stop.abort()) }, async () => 'in')
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
    expect(waits).toHaveLength(1)

    utimesSync(join(folder, '.lock'), 0, 0)
    expect(await isFolderLocked(folder)).toBe(false)
    expect(await withFolderLock(folder, { signal }, async () => 'in')).toBe('in')
  })

  it('says why a folder cannot be locked', async () => {
    await expect(withFolderLock('/dev/null/model', { signal }, async () => 'in')).rejects.toMatchObject({ code: 'ENOTDIR' })
  })
})
