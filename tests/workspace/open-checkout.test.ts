import { execFileSync } from 'node:child_process'
import { chmodSync, linkSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createGit } from '../../src/workspace/git.ts'
import { openCheckout } from '../../src/workspace/open-checkout.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { checkoutOf, treeOf } from '../tools/tool-context.ts'

const bytes = (text: string) => Buffer.from(text)
const platforms = [['linux'], ['darwin']] as const

describe.each(platforms)('a checkout, its folders held as on %s', (platform) => {
  it('reads, looks, writes, moves and removes', async () => {
    using repository = temporaryRepository({ files: { 'src/a.ts': 'one' } })
    const checkout = checkoutOf(repository, { platform })
    await checkout.write('src/new/b.ts', bytes('two'))
    await checkout.move('src/a.ts', 'lib/deep/a.ts')
    await checkout.remove('src/new/b.ts')
    expect({
      a: (await checkout.read('./lib//deep/../deep/a.ts')).toString(),
      gone: await checkout.look('src/a.ts'),
      file: await checkout.look('lib/deep/a.ts'),
      folder: (await checkout.look('src'))?.kind,
      root: (await checkout.look('.'))?.kind,
      below: await checkout.look('lib/deep/a.ts/x'),
    }).toEqual({
      a: 'one',
      gone: null,
      file: { kind: 'file', bytes: 3, isExecutable: false },
      folder: 'folder',
      root: 'folder',
      below: null,
    })
  })

  it('follows links that stay inside for reading, and through none for writing', async () => {
    using repository = temporaryRepository({ files: { 'src/deep/a.ts': 'one' } })
    const link = (target: string, path: string) => symlinkSync(target, join(repository.root, path))
    link('src/deep', 'short')
    link('../src/deep/a.ts', 'src/again.ts')
    link(join(repository.root, 'src'), 'absolute')
    link('.', 'here')
    link('../../short/../../absolute', 'src/deep/chain')
    const checkout = checkoutOf(repository, { platform })
    const paths = ['short/a.ts', 'src/again.ts', 'absolute/deep/a.ts', 'here/here/short/a.ts', 'src/deep/chain/deep/a.ts']
    expect(await Promise.all(paths.map(async (path) => (await checkout.read(path)).toString()))).toEqual(paths.map(() => 'one'))
    expect((await checkout.look('short'))?.kind).toBe('link')
    const before = treeOf(repository.root)
    for (const path of [...paths, 'short/new.ts', 'short', 'src/again.ts']) {
      await expect(checkout.write(path, bytes('no'))).rejects.toThrow(/link/)
      await expect(checkout.remove(path)).rejects.toThrow(/link|does not exist/)
      await expect(checkout.move(path, 'z.ts')).rejects.toThrow(/link|does not exist/)
      await expect(checkout.move('src/deep/a.ts', path)).rejects.toThrow(/link|exists/)
    }
    expect(treeOf(repository.root)).toEqual(before)
  })

  it('ends where links go round, and at the hundredth', async () => {
    using repository = temporaryRepository()
    const link = (target: string, path: string) => symlinkSync(target, join(repository.root, path))
    link('b', 'a')
    link('a', 'b')
    link('self/x', 'self')
    const checkout = checkoutOf(repository, { platform })
    for (const path of ['a', 'a/x', 'self', 'self/y']) await expect(checkout.read(path)).rejects.toThrow('goes through more than 20 links.')
  })

  it('reads no pipe, socket or device, and does not wait for one', async () => {
    using repository = temporaryRepository()
    execFileSync('mkfifo', [join(repository.root, 'pipe')])
    symlinkSync('/dev/zero', join(repository.root, 'zero'))
    const server = createServer().listen(join(repository.root, 'socket'))
    await new Promise((resolve) => server.once('listening', resolve))
    const checkout = checkoutOf(repository, { platform })
    for (const path of ['pipe', 'socket', 'zero']) {
      await expect(checkout.read(path)).rejects.toThrow(/is a pipe, a socket or a device|leads out/)
      await expect(checkout.write(path, bytes('x'))).rejects.toThrow(/is a pipe, a socket or a device|is a link/)
    }
    await expect(checkout.look('pipe')).rejects.toThrow('is a pipe, a socket or a device')
    server.close()
  })

  it('does not write through another name of the same file', async () => {
    using repository = temporaryRepository()
    const outside = join(dirname(repository.root), 'outside.txt')
    writeFileSync(outside, 'kept')
    linkSync(outside, join(repository.root, 'a.txt'))
    const checkout = checkoutOf(repository, { platform })
    await checkout.write('a.txt', bytes('new'))
    expect([readFileSync(outside, 'utf8'), readFileSync(join(repository.root, 'a.txt'), 'utf8')]).toEqual(['kept', 'new'])
  })

  it('keeps permissions, but never those of a setuid program', async () => {
    using repository = temporaryRepository({ files: { 'run.sh': 'a', 'other.sh': 'a' } })
    chmodSync(join(repository.root, 'run.sh'), 0o754)
    chmodSync(join(repository.root, 'other.sh'), 0o4755)
    const checkout = checkoutOf(repository, { platform })
    for (const path of ['run.sh', 'other.sh']) await checkout.write(path, bytes('b'))
    expect(['run.sh', 'other.sh'].map((path) => statSync(join(repository.root, path)).mode & 0o7777)).toEqual([0o754, 0o755])
    expect((await checkout.look('run.sh'))?.isExecutable).toBe(true)
  })

  it('reads names that are not valid UTF-8', async () => {
    using repository = temporaryRepository()
    writeFileSync(Buffer.concat([bytes(`${repository.root}/caf`), Buffer.of(0xe9)]), 'one')
    const checkout = checkoutOf(repository, { platform })
    const [path = ''] = await checkout.list()
    expect({ path, text: (await checkout.read(path)).toString() }).toEqual({ path: 'caf\udce9', text: 'one' })
  })
})

describe('a checkout', () => {
  it.each([
    ['src/pasre.ts', 'Did you mean "src/parse.ts"?'],
    ['lib/parse.ts', 'Did you mean "src/parse.ts" or "tests/parse.ts"?'],
    ['SRC/Parse.ts', 'Did you mean "src/parse.ts" or "tests/parse.ts"?'],
    ['completely/other', '"completely/other" does not exist.'],
  ])('suggests what may have been meant by %s', async (path, message) => {
    using repository = temporaryRepository({ files: { 'src/parse.ts': '', 'tests/parse.ts': '', 'README.md': '' } })
    await expect(checkoutOf(repository).read(path)).rejects.toThrow(message)
  })

  it('compares only beside the place where a file should be when there are very many', async () => {
    using repository = temporaryRepository()
    mkdirSync(join(repository.root, 'many'))
    for (let count = 0; count < 5001; count++) writeFileSync(join(repository.root, `many/f${count}`), '')
    repository.write('few/alpha.ts', '')
    const checkout = checkoutOf(repository)
    await expect(checkout.read('few/alhpa.ts')).rejects.toThrow('Did you mean "few/alpha.ts"?')
    await expect(checkout.read('many/f5000x')).rejects.toThrow(/exist\.$/)
  })

  it('lists a folder, and says when it is none', async () => {
    using repository = temporaryRepository({ files: { 'src/a.ts': '', 'src2/b.ts': '', '.env': '' } })
    symlinkSync('src', join(repository.root, 'link'))
    const checkout = checkoutOf(repository)
    expect(await checkout.list()).toEqual(['.env', 'link', 'src/a.ts', 'src2/b.ts'])
    expect(await checkout.list('./src/')).toEqual(['src/a.ts'])
    expect(await checkout.list('src/a.ts')).toEqual(['src/a.ts'])
    await expect(checkout.list('src3')).rejects.toThrow('"src3" does not exist.')
    await expect(checkout.list('link')).rejects.toThrow('"link" is a link. Name the folder that it leads to.')
    await expect(checkout.list('../x')).rejects.toThrow('"../x" leads out of the repository.')
  })

  it('reads and writes up to its limits', async () => {
    using repository = temporaryRepository()
    repository.write('large', Buffer.alloc(8 * 2 ** 20))
    repository.write('larger', Buffer.alloc(8 * 2 ** 20 + 1))
    const checkout = checkoutOf(repository)
    expect(await checkout.read('large')).toHaveLength(8 * 2 ** 20)
    await expect(checkout.read('larger')).rejects.toThrow('"larger" has 8 MiB; at most 8 MiB are read.')
    await checkout.write('most', Buffer.alloc(2 ** 20))
    await expect(checkout.write('more', Buffer.alloc(2 ** 20 + 1))).rejects.toThrow('"more" would have 1 MiB; at most 1 MiB are written.')
  })

  it('refuses configured secrets besides those that always are', async () => {
    using repository = temporaryRepository({ files: { 'deploy/prod.yml': 'x', 'a.ts': 'y' } })
    const checkout = checkoutOf(repository, { secrets: ['deploy/**'] })
    for (const path of ['deploy/prod.yml', './Deploy/prod.yml', 'deploy/new.yml'])
      await expect(checkout.read(path)).rejects.toThrow('is configured as a secret, which no tool may read or write.')
    expect((await checkout.read('a.ts')).toString()).toBe('y')
  })

  it('changes nothing when it is for reading', async () => {
    using repository = temporaryRepository({ files: { 'a.ts': 'a' } })
    const checkout = checkoutOf(repository, { readOnly: true })
    const before = treeOf(repository.root)
    const message = 'cannot be changed: this task only reads.'
    await expect(checkout.write('b.ts', bytes('b'))).rejects.toThrow(message)
    await expect(checkout.move('a.ts', 'b.ts')).rejects.toThrow(message)
    await expect(checkout.remove('a.ts')).rejects.toThrow(message)
    expect(treeOf(repository.root)).toEqual(before)
    expect((await checkout.read('a.ts')).toString()).toBe('a')
  })

  it('renames a file to itself, as a disk without cases would see it', async () => {
    using repository = temporaryRepository({ files: { 'a.ts': 'a' } })
    linkSync(join(repository.root, 'a.ts'), join(repository.root, 'A.ts'))
    await checkoutOf(repository).move('a.ts', 'A.ts')
    expect((await checkoutOf(repository).read('A.ts')).toString()).toBe('a')
  })

  it('explains what the system refuses', async () => {
    using repository = temporaryRepository({ files: { 'a.ts': 'a' } })
    const checkout = checkoutOf(repository)
    await expect(checkout.read(`${'a/'.repeat(1900)}b`)).rejects.toThrow(/does not exist|too long/)
    await expect(checkout.write('a.ts/b.ts', bytes('x'))).rejects.toThrow('"a.ts/b.ts" needs a folder where a file is.')
    await expect(checkout.write('.', bytes('x'))).rejects.toThrow('"." is a folder; only files are written, moved and deleted.')
  })

  it('works on a tree whose git directory is elsewhere', async () => {
    using repository = temporaryRepository({ files: { 'a.ts': 'a' } })
    using other = temporaryRepository()
    other.write('b.ts', 'b')
    const git = createGit(other.root, { ...repository.environment, GIT_DIR: join(repository.root, '.git'), GIT_WORK_TREE: other.root })
    const checkout = openCheckout({ root: other.root, git, environment: repository.environment })
    expect(await checkout.list()).toEqual(['b.ts'])
    expect(await checkout.history.status()).toBe(' D a.ts\n?? b.ts')
  })

  it('does not open the whole disk', () => {
    using repository = temporaryRepository()
    expect(() => checkoutOf(repository, { root: '/' })).toThrow('/ is the root of the file system')
  })

  it.skipIf(process.platform !== 'linux')('leaves nothing open', async () => {
    using repository = temporaryRepository({ files: { 'src/deep/a.ts': 'a' } })
    const checkout = checkoutOf(repository)
    for (let count = 0; count < 50; count++) {
      await checkout.read('src/deep/a.ts')
      await checkout.write('src/deep/b.ts', bytes('b'))
      await checkout.write('src/deep/x\u0000', bytes('b')).catch(() => {})
      await checkout.read('src/deep/zzz/y').catch(() => {})
      await checkout.write('src/deep/a.ts/y', bytes('b')).catch(() => {})
      await checkout.remove('src').catch(() => {})
    }
    const open = readdirSync('/proc/self/fd').map((descriptor) => {
      try {
        return readlinkSync(`/proc/self/fd/${descriptor}`)
      } catch {
        return ''
      }
    })
    expect(open.filter((target) => target.startsWith(repository.root))).toEqual([])
  })
})
