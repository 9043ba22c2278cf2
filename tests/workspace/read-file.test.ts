import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createGit } from '../../src/workspace/git.ts'
import { openObjectReader } from '../../src/workspace/object-reader.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { inWorkspace } from './read-with.ts'

it('reads each tree as it is, and null where a file does not exist', async () => {
  using repository = temporaryRepository({ files: { 'a.txt': 'committed\n', 'sub/b.txt': 'b\n', 'new\nline': 'odd\n' } })
  repository.stage({ 'a.txt': 'staged\n', 'new\nline': 'odd staged\n' })
  repository.write('a.txt', 'working\n')
  await inWorkspace(repository, async (workspace) => {
    const commit = { kind: 'commit', id: await workspace.resolveCommit('HEAD') } as const
    const trees = [commit, { kind: 'index' }, { kind: 'working' }, { kind: 'empty' }, { kind: 'patch' }] as const
    const read = (path: string) => Promise.all(trees.map(async (tree) => (await workspace.readFile(tree, path))?.toString() ?? null))
    expect(await read('a.txt')).toEqual(['committed\n', 'staged\n', 'working\n', null, null])
    expect(await read('./sub//b.txt')).toEqual(['b\n', 'b\n', 'b\n', null, null])
    expect(await read('new\nline')).toEqual(['odd\n', 'odd staged\n', 'odd staged\n', null, null])
    for (const absent of ['nope', 'sub', 'a.txt/x', 'sub/nope', 'no\nsuch', 'HEAD', 'a.txt missing'])
      expect([absent, ...(await read(absent))]).toEqual([absent, null, null, null, null, null])
  })
})

it('lists each tree, and what is below a folder', async () => {
  using repository = temporaryRepository({ files: { 'a.txt': 'a\n', 'sub/b.txt': 'b\n', 'subway.txt': 'c\n', '.gitignore': 'ignored\n' } })
  repository.git('rm', '--quiet', '--cached', 'a.txt')
  repository.write('sub/new\nfile', 'x')
  repository.write('ignored', 'x')
  await inWorkspace(repository, async (workspace) => {
    const commit = { kind: 'commit', id: await workspace.resolveCommit('HEAD') } as const
    expect(await workspace.listFiles(commit)).toEqual(['.gitignore', 'a.txt', 'sub/b.txt', 'subway.txt'])
    expect(await workspace.listFiles({ kind: 'index' })).toEqual(['.gitignore', 'sub/b.txt', 'subway.txt'])
    expect(await workspace.listFiles({ kind: 'working' })).toEqual(['.gitignore', 'a.txt', 'sub/b.txt', 'sub/new\nfile', 'subway.txt'])
    expect(await workspace.listFiles({ kind: 'working' }, 'sub')).toEqual(['sub/b.txt', 'sub/new\nfile'])
    expect(await workspace.listFiles({ kind: 'working' }, 'sub/b.txt')).toEqual(['sub/b.txt'])
    expect(await workspace.listFiles({ kind: 'index' }, '.')).toHaveLength(3)
    expect([await workspace.listFiles({ kind: 'empty' }), await workspace.listFiles({ kind: 'patch' })]).toEqual([[], []])
    await expect(workspace.listFiles({ kind: 'index' }, '../x')).rejects.toMatchObject({ code: 'PATH_OUTSIDE_WORKSPACE' })
  })
})

it('reads a link as its target, and no folder, pipe or submodule as a file', async () => {
  using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
  symlinkSync('/etc/passwd', join(repository.root, 'out'))
  symlinkSync('a.txt', join(repository.root, 'in'))
  mkdirSync(join(repository.root, 'folder'))
  execFileSync('mkfifo', [join(repository.root, 'pipe')])
  repository.git('update-index', '--add', '--cacheinfo', `160000,${repository.git('rev-parse', 'HEAD').trim()},module`)
  repository.git('add', 'in', 'out')
  await inWorkspace(repository, async (workspace) => {
    for (const kind of ['working', 'index'] as const) {
      const read = async (path: string) => (await workspace.readFile({ kind }, path))?.toString() ?? null
      expect(await Promise.all(['out', 'in', 'folder', 'pipe', 'module'].map(read))).toEqual(['/etc/passwd', 'a.txt', null, null, null])
    }
  })
})

it.each(['', '..', '../x', 'a/../../x', '/etc/passwd', '.git/config', '.GIT/config', 'sub/.git/config', './.git', 'x\0y'])(
  'refuses %j in every tree',
  async (path) => {
    using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
    await inWorkspace(repository, async (workspace) => {
      for (const kind of ['working', 'index', 'empty'] as const) {
        await expect(workspace.readFile({ kind }, path)).rejects.toMatchObject({ code: 'PATH_OUTSIDE_WORKSPACE', exitCode: 2 })
      }
    })
  },
)

it('follows no folder that is a link out of the repository or into its git directory', async () => {
  using repository = temporaryRepository({ files: { 'real/a.txt': 'a\n' } })
  writeFileSync(join(repository.root, '../secret'), 'x')
  symlinkSync('..', join(repository.root, 'up'))
  symlinkSync('/', join(repository.root, 'slash'))
  symlinkSync('.git', join(repository.root, 'hidden'))
  symlinkSync('real', join(repository.root, 'alias'))
  symlinkSync('loop', join(repository.root, 'loop'))
  await inWorkspace(repository, async (workspace) => {
    for (const path of ['up/secret', 'slash/etc/passwd', 'hidden/config']) {
      await expect(workspace.readFile({ kind: 'working' }, path)).rejects.toMatchObject({ code: 'PATH_OUTSIDE_WORKSPACE' })
    }
    expect((await workspace.readFile({ kind: 'working' }, 'alias/a.txt'))?.toString()).toBe('a\n')
    expect(await workspace.readFile({ kind: 'working' }, 'loop/x')).toBeNull()
  })
})

it('refuses to take a huge file into memory, and goes on reading', async () => {
  using repository = temporaryRepository({ files: { 'small.txt': 'a\n' } })
  repository.write('huge.bin', '')
  truncateSync(join(repository.root, 'huge.bin'), 65 * 2 ** 20)
  repository.git('add', 'huge.bin')
  await inWorkspace(repository, async (workspace) => {
    const problem = { code: 'GIT_FAILED', message: expect.stringContaining('has 68157440 bytes; at most 64 MiB') as string }
    await expect(workspace.readFile({ kind: 'working' }, 'huge.bin')).rejects.toMatchObject(problem)
    const [huge, small] = await Promise.allSettled([
      workspace.readFile({ kind: 'index' }, 'huge.bin'),
      workspace.readFile({ kind: 'index' }, 'small.txt'),
    ])
    expect([huge.status, small]).toMatchObject(['rejected', { status: 'fulfilled', value: Buffer.from('a\n') }])
  })
})

it('answers many questions at once, each with its own file', async () => {
  const files = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`${index}.txt`, `${index}\n`.repeat(index * 400)]))
  using repository = temporaryRepository({ files })
  await inWorkspace(repository, async (workspace) => {
    const read = await Promise.all(
      Object.keys(files).map(async (path) => [path, (await workspace.readFile({ kind: 'index' }, path))?.toString()] as const),
    )
    expect(Object.fromEntries(read)).toEqual(files)
  })
})

it('starts over when the process that reads objects has ended, and leaves none behind', async () => {
  using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
  const git = createGit(repository.root, repository.environment)
  const started: ReturnType<typeof git.start>[] = []
  const objects = openObjectReader({
    ...git,
    start(args) {
      started.push(git.start(args))
      return started.at(-1)!
    },
  })
  const name = Buffer.from(':0:a.txt')
  expect((await objects.read(name))?.bytes.toString()).toBe('a\n')
  started[0]!.kill('SIGKILL')
  await expect(objects.read(name)).rejects.toMatchObject({ code: 'GIT_FAILED' })
  expect((await objects.read(name))?.bytes.toString()).toBe('a\n')
  await objects.close()
  await objects.close()
  expect(started.map(({ exitCode, signalCode }) => exitCode ?? signalCode)).toEqual(['SIGKILL', expect.anything()])
})

it('says so when git cannot be started to read objects', async () => {
  using repository = temporaryRepository()
  const objects = openObjectReader(createGit(repository.root, { PATH: '/nowhere' }))
  await expect(objects.read(Buffer.from('HEAD'))).rejects.toThrow(/ENOENT/)
  await objects.close()
})
