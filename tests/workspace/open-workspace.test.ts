import { execFileSync } from 'node:child_process'
import { chownSync, mkdirSync, mkdtempSync, realpathSync, renameSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openWorkspace } from '../../src/workspace/open-workspace.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { everything, inWorkspace, readSelected, summaryOf } from './read-with.ts'

describe('finding the repository', () => {
  it('works from the top, from any folder, and through a link', async () => {
    using repository = temporaryRepository({ files: { 'deep/er/a.txt': 'a\n' } })
    symlinkSync(join(repository.root, 'deep'), join(repository.root, '../link'))
    const directories = [repository.root, join(repository.root, 'deep/er'), join(repository.root, '../link/er')]
    const roots = await Promise.all(directories.map((directory) => inWorkspace(repository, async ({ root }) => root, { directory })))
    expect(roots).toEqual([repository.root, repository.root, repository.root])
  })

  it('works in a folder whose name has a newline and a space', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
    const moved = join(repository.root, '../odd\nname é')
    renameSync(repository.root, moved)
    const found = await inWorkspace(repository, async ({ root, gitDirectory }) => ({ root, gitDirectory }), { directory: moved })
    expect(found).toEqual({ root: moved, gitDirectory: join(moved, '.git') })
  })

  it('takes a linked worktree for a checkout of its own', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
    const linked = join(repository.root, '../linked')
    repository.git('worktree', 'add', '--quiet', '-b', 'other', linked)
    const found = await inWorkspace(repository, async ({ root, gitDirectory }) => ({ root, gitDirectory }), { directory: linked })
    expect(found).toEqual({ root: linked, gitDirectory: join(repository.root, '.git/worktrees/linked') })
  })

  it('honours a git directory that lies elsewhere', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
    const elsewhere = join(repository.root, '../elsewhere.git')
    renameSync(join(repository.root, '.git'), elsewhere)
    repository.write('a.txt', 'b\n')
    const read = (environment: Record<string, string>) =>
      inWorkspace(repository, (workspace) => workspace.readChange({ kind: 'uncommitted' }, everything), {
        environment: { ...repository.environment, ...environment },
      })
    expect(summaryOf(await read({ GIT_DIR: elsewhere, GIT_WORK_TREE: repository.root }))).toEqual(['modified text a.txt +1 -1'])
    expect(summaryOf(await read({ GIT_DIR: '../elsewhere.git' }))).toEqual(['modified text a.txt +1 -1'])
  })

  it('prefers the repository that GIT_DIR names to the one around', async () => {
    using around = temporaryRepository({ files: { 'around.txt': 'a\n' } })
    using named = temporaryRepository({ files: { 'named.txt': 'a\n' } })
    const environment = { ...around.environment, GIT_DIR: join(named.root, '.git') }
    const { files } = await inWorkspace(around, (workspace) => workspace.readChange({ kind: 'commit', rev: 'HEAD' }, everything), {
      environment,
    })
    expect(files.map(({ path }) => path)).toEqual(['named.txt'])
  })

  it('takes a relative index file for one of the top', async () => {
    using repository = temporaryRepository({ files: { 'sub/a.txt': 'a\n' } })
    repository.gitBytes(['read-tree', 'HEAD'], { environment: { GIT_INDEX_FILE: '.git/other-index' } })
    const blob = repository.gitBytes(['hash-object', '-w', '--stdin'], { input: 'new\n' }).toString().trim()
    repository.gitBytes(['update-index', '--add', '--cacheinfo', `100644,${blob},new.txt`], {
      environment: { GIT_INDEX_FILE: '.git/other-index' },
    })
    const change = await inWorkspace(repository, (workspace) => workspace.readChange({ kind: 'staged' }, everything), {
      directory: join(repository.root, 'sub'),
      environment: { ...repository.environment, GIT_INDEX_FILE: '.git/other-index' },
    })
    expect(summaryOf(change)).toEqual(['added text new.txt +1 -0'])
  })
})

describe('where there is no checkout', () => {
  const outside = () => realpathSync(mkdtempSync(join(tmpdir(), 'agent-outside-')))
  const open = (directory: string, environment: Record<string, string> = { PATH: process.env.PATH ?? '' }) =>
    openWorkspace(directory, { environment })

  it('says so outside of a repository', async () => {
    const directory = outside()
    await expect(open(directory)).rejects.toMatchObject({
      code: 'NOT_A_REPOSITORY',
      exitCode: 2,
      message: `${directory} is not in a git repository.`,
      hint: 'Run this in a clone, or start one: git init',
    })
  })

  it('says so for a folder that does not exist', async () => {
    await expect(open('/no/such/folder')).rejects.toMatchObject({ code: 'NOT_A_REPOSITORY', message: '/no/such/folder does not exist.' })
  })

  it('says so in a bare repository', async () => {
    const directory = outside()
    execFileSync('git', ['init', '--quiet', '--bare', directory])
    await expect(open(directory)).rejects.toMatchObject({
      code: 'NOT_A_REPOSITORY',
      message: expect.stringContaining('bare repository') as string,
    })
  })

  it('says so inside of a git directory', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
    await expect(open(join(repository.root, '.git/objects'))).rejects.toMatchObject({
      code: 'NOT_A_REPOSITORY',
      message: expect.stringContaining('inside a git directory') as string,
    })
  })

  // Only root can give a folder to someone else.
  it.skipIf(process.getuid?.() !== 0)('explains a repository of another user', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
    for (const folder of ['', '.git']) chownSync(join(repository.root, folder), 4321, 4321)
    await expect(open(repository.root, repository.environment)).rejects.toMatchObject({
      code: 'NOT_A_REPOSITORY',
      hint: `If you trust it: git config --global --add safe.directory ${repository.root}`,
    })
    const trusting = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: repository.root }
    const environment = { ...repository.environment, ...trusting }
    const change = await inWorkspace(repository, (workspace) => workspace.readChange({ kind: 'commit', rev: 'HEAD' }, everything), {
      environment,
    })
    expect(summaryOf(change)).toEqual(['added text a.txt +1 -0'])
  })

  it('says what is missing when git is not installed', async () => {
    using repository = temporaryRepository()
    await expect(open(repository.root, { PATH: '/nowhere' })).rejects.toMatchObject({
      code: 'GIT_FAILED',
      exitCode: 3,
      hint: 'Install git 2.30 or newer and put it on PATH.',
    })
  })

  it('passes on what git says of a broken repository', async () => {
    using repository = temporaryRepository()
    repository.write('.git/config', '[core\nbroken')
    await expect(open(repository.root)).rejects.toMatchObject({
      code: 'GIT_FAILED',
      message: expect.stringContaining('bad config line') as string,
    })
  })
})

it('reads the configuration of git', async () => {
  using repository = temporaryRepository()
  repository.git('config', 'commit.template', 'a  b\nc')
  await inWorkspace(repository, async (workspace) => {
    expect(await workspace.readGitConfig('commit.template')).toBe('a  b\nc')
    expect(await workspace.readGitConfig('core.hooksPath')).toBeNull()
  })
})

describe('paths that the user gives', () => {
  function filled() {
    const repository = temporaryRepository({
      files: {
        'a.txt': 'a\n',
        'sub/b.txt': 'b\n',
        'sub/c.txt': 'c\n',
        'subway/d.txt': 'd\n',
        'quiet.txt': 'q\n',
        '*.txt': 's\n',
        '-x': 'x\n',
      },
    })
    repository.stage({ 'a.txt': 'A\n', 'sub/b.txt': 'B\n', 'sub/c.txt': 'C\n', 'subway/d.txt': 'D\n', '*.txt': 'S\n', '-x': 'X\n' })
    return repository
  }
  const read = async (repository: ReturnType<typeof filled>, paths: readonly string[], directory = '.') => {
    const change = await inWorkspace(repository, (workspace) => workspace.readChange({ kind: 'staged' }, { ...everything, paths }), {
      directory: join(repository.root, directory),
    })
    return change.files.map(({ path }) => path)
  }

  it('are literal, and name a file or all below a folder', async () => {
    using repository = filled()
    expect(await read(repository, ['sub', 'a.txt'])).toEqual(['a.txt', 'sub/b.txt', 'sub/c.txt'])
    expect(await read(repository, ['*.txt'])).toEqual(['*.txt'])
    expect(await read(repository, ['-x', 'sub/'])).toEqual(['-x', 'sub/b.txt', 'sub/c.txt'])
    expect(await read(repository, ['quiet.txt'])).toEqual([])
    expect(await read(repository, ['.'])).toHaveLength(6)
  })

  it('are relative to where the user stands', async () => {
    using repository = filled()
    expect(await read(repository, ['b.txt', '../a.txt'], 'sub')).toEqual(['a.txt', 'sub/b.txt'])
    expect(await read(repository, ['.'], 'sub')).toEqual(['sub/b.txt', 'sub/c.txt'])
    expect(await read(repository, [], 'sub')).toHaveLength(6)
    expect(await read(repository, [join(repository.root, 'a.txt')], 'sub')).toEqual(['a.txt'])
    symlinkSync(repository.root, join(repository.root, '../link'))
    expect(await read(repository, [join(repository.root, '../link/a.txt')], 'sub')).toEqual(['a.txt'])
  })

  it('keep a renamed file whole when they name one of its two places', async () => {
    using repository = temporaryRepository({ files: { 'old/a.txt': 'one\ntwo\nthree\nfour\n' } })
    mkdirSync(join(repository.root, 'new'))
    repository.git('mv', 'old/a.txt', 'new/a.txt')
    for (const path of ['old', 'new']) {
      const { files } = await readSelected(repository, { kind: 'staged' }, { paths: [path] })
      expect(files).toMatchObject([{ path: 'new/a.txt', oldPath: 'old/a.txt', status: 'renamed', hunks: [] }])
    }
  })

  it.each([':(glob)**', ':!a.txt', '--cached', 'nope.txt', 'a.tx', 'sub/nope', ':/'])(
    '%s is refused when nothing has that name',
    async (path) => {
      using repository = filled()
      await expect(read(repository, [path])).rejects.toMatchObject({
        code: 'USAGE_INVALID',
        exitCode: 2,
        message: expect.stringContaining(path) as string,
      })
    },
  )

  it('may name a file that only one side has', async () => {
    using repository = filled()
    repository.git('rm', '--quiet', '--force', 'quiet.txt')
    expect(await read(repository, ['quiet.txt'])).toEqual(['quiet.txt'])
    repository.commit('Without')
    const change = await readSelected(repository, { kind: 'range', from: 'HEAD', to: 'HEAD' }, { paths: ['a.txt'] })
    expect(change.files).toEqual([])
    await expect(readSelected(repository, { kind: 'range', from: 'HEAD', to: 'HEAD' }, { paths: ['quiet.txt'] })).rejects.toMatchObject({
      code: 'USAGE_INVALID',
    })
    expect((await readSelected(repository, { kind: 'range', from: 'HEAD^', to: 'HEAD^' }, { paths: ['quiet.txt'] })).files).toEqual([])
  })

  it.each(['..', '../x', '/etc/passwd', ''])('%j is refused as outside', async (path) => {
    using repository = filled()
    await expect(read(repository, [path])).rejects.toMatchObject({ code: 'PATH_OUTSIDE_WORKSPACE', exitCode: 2 })
  })
})

describe('an aborted read', () => {
  it('ends with the reason, at once and later', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
    await inWorkspace(repository, async (workspace) => {
      const reason = new Error('interrupted')
      for (const kind of ['staged', 'uncommitted', 'working'] as const) {
        await expect(workspace.readChange({ kind }, { ...everything, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
      }
      const controller = new AbortController()
      const reading = workspace.readChange({ kind: 'commit', rev: 'HEAD' }, { ...everything, signal: controller.signal })
      controller.abort(reason)
      await expect(reading).rejects.toBe(reason)
    })
  })
})
