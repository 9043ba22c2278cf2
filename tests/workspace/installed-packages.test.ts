import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openInstalledPackages } from '../../src/workspace/installed-packages.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { hostileNames } from '../tools/hostile-names.ts'

const canary = 'canary-7f3a'

/** A project beside something that nobody may read. */
function project() {
  const folder = temporaryFolder({
    'canary.txt': canary,
    'project/.env': canary,
    'project/src/a.ts': canary,
    'project/node_modules/one/package.json': '{"name":"one"}',
    'project/node_modules/one/.npmrc': canary,
    'project/packages/own/package.json': '{"name":"own"}',
  })
  const root = join(folder.path, 'project')
  return {
    root,
    packages: openInstalledPackages(root),
    inModules: (name: string) => join(root, 'node_modules', name),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  }
}

describe('installed packages', () => {
  it('are read and listed', async () => {
    using place = project()
    expect(await place.packages.read('node_modules/one/package.json')).toBe('{"name":"one"}')
    expect(await place.packages.list('node_modules')).toEqual(['one'])
  })

  it('are nothing where nothing is', async () => {
    using place = project()
    expect(await place.packages.read('node_modules/two/package.json')).toBeNull()
    expect(await place.packages.read('node_modules/one/package.json/x')).toBeNull()
    expect(await place.packages.read('node_modules/one')).toBeNull()
    expect(await place.packages.list('venv/lib')).toEqual([])
    expect(await place.packages.list('node_modules/one/package.json')).toEqual([])
  })

  it('may be linked from elsewhere in the tree, as workspaces are', async () => {
    using place = project()
    symlinkSync('../packages/own', place.inModules('own'))
    expect(await place.packages.read('node_modules/own/package.json')).toBe('{"name":"own"}')
  })

  it.each([
    ['out of the tree', '../../canary.txt'],
    ['to a folder out of the tree', '../..'],
    ['to a secret', '../.env'],
    ['to what lies outside by its full name', '/etc/passwd'],
  ])('refuse a link %s', async (_name, target) => {
    using place = project()
    symlinkSync(target, place.inModules('link'))
    for (const path of ['node_modules/link', 'node_modules/link/canary.txt']) {
      const answer = await place.packages.read(path).catch((error: Error) => error.message)
      expect([null, `"${path}" is a link to something that may not be read.`]).toContain(answer)
    }
  })

  it('refuse every hostile path', async () => {
    using place = project()
    for (const name of [
      ...hostileNames,
      ...hostileNames.map((hostile) => `node_modules/${hostile}`),
      'src/a.ts',
      'package.json',
      'node_modules/one/.npmrc',
    ]) {
      const answer = await place.packages.read(name).catch((error: Error) => `refused: ${error.message}`)
      expect({ name, answer }).toEqual({
        name,
        answer: expect.toSatisfy((text: string | null) => text === null || text.startsWith('refused: ')),
      })
    }
  })

  it('do not wait for a pipe', async () => {
    using place = project()
    execFileSync('mkfifo', [place.inModules('pipe')])
    expect(await place.packages.read('node_modules/pipe')).toBeNull()
  })

  it('are read to a limit', async () => {
    using place = project()
    mkdirSync(place.inModules('big'))
    writeFileSync(join(place.inModules('big'), 'a.js'), 'x'.repeat(5 * 2 ** 20))
    expect((await place.packages.read('node_modules/big/a.js'))!.length).toBe(4 * 2 ** 20)
  })
})
