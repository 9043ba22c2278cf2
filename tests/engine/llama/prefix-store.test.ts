import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createPrefixStore } from '../../../src/engine/llama/prefix-store.ts'

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'agent-store-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}
const writing = (text: string) => async (path: string) => writeFileSync(path, text)
const old = (path: string, hours: number) => {
  const time = new Date(Date.now() - hours * 3_600_000)
  utimesSync(path, time, time)
}

describe('createPrefixStore', () => {
  it('finds what was added under a key, and nothing under another', async () => {
    const folder = join(temporaryFolder(), 'deep', 'down')
    const store = createPrefixStore({ folder, maxBytes: 1000 })
    expect(store.find('a')).toBe(null)
    expect(await store.add('a', writing('hello'))).toBe(5)
    expect(store.find('a')).toEqual({ path: expect.stringContaining(folder), bytes: 5 })
    expect(store.find('b')).toBe(null)
    store.discard('b')
    store.discard('a')
    expect(readdirSync(folder)).toEqual([])
  })

  it('removes a file whose content is not what it was', async () => {
    const folder = temporaryFolder()
    const store = createPrefixStore({ folder, maxBytes: 1000 })
    await store.add('a', writing('hello'))
    const { path } = store.find('a')!
    writeFileSync(path, 'hellO')
    expect(store.find('a')).toBe(null)
    expect(existsSync(path)).toBe(false)
  })

  it.skipIf(process.platform === 'win32')('reads nothing but files of the size that it keeps', async () => {
    const folder = temporaryFolder()
    const store = createPrefixStore({ folder, maxBytes: 1000 })
    execFileSync('mkfifo', [join(folder, 'a-pipe.kv')])
    symlinkSync('/dev/zero', join(folder, 'a-zero.kv'))
    mkdirSync(join(folder, 'a-folder.kv'))
    writeFileSync(join(folder, 'a-large.kv'), 'a'.repeat(1001))
    expect(store.find('a')).toBe(null)
    expect(readdirSync(folder)).toEqual(['a-folder.kv'])
    expect(await store.add('a', writing('hello'))).toBe(5)
    expect(store.find('a')).toMatchObject({ bytes: 5 })
  })

  it('keeps nothing of what could not be written whole', async () => {
    const folder = temporaryFolder()
    const store = createPrefixStore({ folder, maxBytes: 1000 })
    expect(
      await store.add('a', async (path) => {
        writeFileSync(path, 'hal')
        throw new Error('The disk is full.')
      }),
    ).toBe(0)
    expect(readdirSync(folder)).toEqual([])
    writeFileSync(join(folder, 'file'), '')
    const nowhere = createPrefixStore({ folder: join(folder, 'file'), maxBytes: 1000 })
    expect([await nowhere.add('a', writing('hello')), nowhere.find('a')]).toEqual([0, null])
  })

  it('makes room by what was not used for longest', async () => {
    const folder = temporaryFolder()
    const store = createPrefixStore({ folder, maxBytes: 25 })
    for (const [age, key] of ['a', 'b', 'c'].entries()) {
      await store.add(key, writing(key.repeat(8)))
      old(store.find(key)!.path, 10 - age)
    }
    expect(store.find('a')).not.toBe(null)
    await store.add('d', writing('d'.repeat(8)))
    expect(['a', 'b', 'c', 'd'].map((key) => store.find(key) !== null)).toEqual([true, false, true, true])
    await store.add('huge', writing('x'.repeat(26)))
    expect(store.find('huge')).toBe(null)
  })

  it('removes what a process that was killed has left, and no draft of another one', async () => {
    const folder = temporaryFolder()
    const store = createPrefixStore({ folder, maxBytes: 1000 })
    const [abandoned, fresh] = [join(folder, '.1.kv'), join(folder, '.2.kv')]
    for (const path of [abandoned, fresh]) writeFileSync(path, 'half')
    old(abandoned, 2)
    await store.add('a', writing('hello'))
    expect([existsSync(abandoned), existsSync(fresh)]).toEqual([false, true])
  })
})
