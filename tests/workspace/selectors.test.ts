import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ChangeLimits } from '../../src/workspace/workspace.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { everything, readAndCompare, inWorkspace, readSelected, summaryOf } from './read-with.ts'

describe('uncommitted', () => {
  it('is the working tree against HEAD, with files that git does not track and does not ignore', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'a\n', 'b.txt': 'b\n', '.gitignore': 'ignored\n' } })
    repository.stage({ 'a.txt': 'staged\n' })
    repository.write('b.txt', 'working\n')
    repository.write('deep/new file', 'one\ntwo')
    repository.write('run.sh', '#!/bin/sh\n')
    chmodSync(join(repository.root, 'run.sh'), 0o755)
    symlinkSync('a.txt', join(repository.root, 'a link'))
    repository.write('picture', Buffer.of(1, 0, 2))
    repository.write('ignored', 'x\n')
    const change = await readSelected(repository, { kind: 'uncommitted' })
    expect(summaryOf(change)).toEqual([
      'added symlink a link +1 -0',
      'modified text a.txt +1 -1',
      'modified text b.txt +1 -1',
      'added text deep/new file +2 -0',
      'added binary picture +0 -0',
      'added text run.sh +1 -0',
    ])
    expect(change.files.map(({ size, oldMode, newMode }) => [size, oldMode, newMode])).toEqual([
      [5, null, '120000'],
      [7, '100644', '100644'],
      [8, '100644', '100644'],
      [7, null, '100644'],
      [3, null, '100644'],
      [10, null, '100755'],
    ])
    expect(change).toMatchObject({ description: 'uncommitted changes', old: { kind: 'commit' }, new: { kind: 'working' } })
  })

  it('shows a file once that was taken out of the index and is still on disk', async () => {
    using repository = temporaryRepository({
      files: { 'same.txt': 'a\nb\n', 'changed.txt': 'a\nb\n', 'bytes.txt': 'a\n', image: Buffer.of(0) },
    })
    repository.git('rm', '--quiet', '--cached', 'same.txt', 'changed.txt', 'bytes.txt', 'image')
    repository.write('changed.txt', 'a\nc')
    repository.write('bytes.txt', Buffer.from([0xe9]))
    const change = await readSelected(repository, { kind: 'uncommitted' })
    expect(summaryOf(change)).toEqual(['modified text bytes.txt +1 -1', 'modified text changed.txt +2 -2', 'modified binary image +0 -0'])
    expect(change.files[1]?.hunks).toMatchObject([{ oldStart: 1, oldLines: 2, newStart: 1, newLines: 2 }])
    expect(change.files[0]?.encoding).toBe('latin1')
  })

  it('works before the first commit', async () => {
    using repository = temporaryRepository()
    repository.stage({ 'staged.txt': 'a\n' })
    repository.write('new.txt', 'b\n')
    const change = await readSelected(repository, { kind: 'uncommitted' })
    expect(summaryOf(change)).toEqual(['added text new.txt +1 -0', 'added text staged.txt +1 -0'])
    expect(change.old).toEqual({ kind: 'empty' })
  })

  it('says which files it could not read, and leaves out what is no file of this repository', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
    repository.git('init', '--quiet', 'nested')
    repository.write('nested/inner.txt', 'x\n')
    mkdirSync(join(repository.root, 'empty'))
    repository.write('large.txt', 'line\n'.repeat(100))
    repository.write('large-without-newline.txt', 'x'.repeat(500))
    repository.write('large.bin', Buffer.alloc(500))
    const read = (limits: ChangeLimits) => readSelected(repository, { kind: 'uncommitted' }, { limits })
    const change = await read({ fileBytes: 200, totalBytes: 1000 })
    expect(change.files.map(({ path, kind, addedLines, omitted }) => [path, kind, addedLines, omitted])).toEqual([
      ['large-without-newline.txt', 'text', 1, 'it is larger than 200 bytes'],
      ['large.bin', 'binary', 0, 'it is larger than 200 bytes'],
      ['large.txt', 'text', 100, 'it is larger than 200 bytes'],
    ])
    const all = await read({ fileBytes: 2 * 2 ** 20, totalBytes: 2 ** 20 - 1 })
    expect(all.files.map(({ omitted }) => omitted)).toEqual([null, null, null])
    const none = await read({ fileBytes: 600, totalBytes: 300 })
    expect(none.files.map(({ omitted }) => omitted)).toEqual(
      Array.from({ length: 3 }, () => 'all untracked files are larger than 300 bytes'),
    )
  })
})

describe('staged', () => {
  it('is the content of the index, never the working file', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'one\ntwo\nthree\n' } })
    repository.stage({ 'a.txt': 'ONE\ntwo\nthree\n' })
    repository.write('a.txt', 'ONE\ntwo\nTHREE\n')
    await inWorkspace(repository, async (workspace) => {
      const change = await workspace.readChange({ kind: 'staged' }, everything)
      expect(summaryOf(change)).toEqual(['modified text a.txt +1 -1'])
      expect((await workspace.readFile(change.new, 'a.txt'))?.toString()).toBe('ONE\ntwo\nthree\n')
      expect((await workspace.readFile(change.old, 'a.txt'))?.toString()).toBe('one\ntwo\nthree\n')
      expect(change).toMatchObject({ description: 'staged changes', new: { kind: 'index' } })
    })
  })

  it('works before the first commit', async () => {
    using repository = temporaryRepository()
    repository.stage({ 'a.txt': 'a\n', 'b.txt': '' })
    repository.write('c.txt', 'not staged\n')
    const change = await readSelected(repository, { kind: 'staged' })
    expect(summaryOf(change)).toEqual(['added text a.txt +1 -0', 'added text b.txt +0 -0'])
    expect(change).toMatchObject({ old: { kind: 'empty' }, new: { kind: 'index' } })
  })

  it('does not contain files that are only intended to be added', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
    repository.write('intended.txt', 'b\n')
    repository.git('add', '--intent-to-add', 'intended.txt')
    expect(summaryOf(await readSelected(repository, { kind: 'staged' }))).toEqual([])
    expect(summaryOf(await readSelected(repository, { kind: 'working' }))).toEqual(['added text intended.txt +1 -0'])
    expect(summaryOf(await readSelected(repository, { kind: 'uncommitted' }))).toEqual(['added text intended.txt +1 -0'])
  })

  it('is empty when nothing is staged', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
    repository.write('a.txt', 'b\n')
    expect((await readSelected(repository, { kind: 'staged' })).files).toEqual([])
  })
})

it('does not take a repository whose HEAD is damaged for one that begins', async () => {
  using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
  repository.write('.git/refs/heads/main', `${'1'.repeat(40)}\n`)
  await expect(readSelected(repository, { kind: 'staged' })).rejects.toMatchObject({ code: 'GIT_FAILED', exitCode: 3 })
})

describe('working', () => {
  it('is the working tree against the index', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'one\n', 'b.txt': 'b\n', 'c.txt': 'c\n' } })
    repository.stage({ 'a.txt': 'two\n' })
    repository.write('a.txt', 'three\n')
    rmSync(join(repository.root, 'b.txt'))
    repository.write('new.txt', 'x\n')
    const change = await readSelected(repository, { kind: 'working' })
    expect(summaryOf(change)).toEqual(['modified text a.txt +1 -1', 'deleted text b.txt +0 -1'])
    expect(change.files.map(({ size, newMode }) => [size, newMode])).toEqual([
      [6, '100644'],
      [null, null],
    ])
    expect(change).toMatchObject({ description: 'unstaged changes', old: { kind: 'index' }, new: { kind: 'working' } })
  })

  it('does not take a touched file for a changed one, and does not write the index', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
    repository.git('update-index', '--refresh')
    repository.write('a.txt', 'a\n')
    const before = repository.gitBytes(['ls-files', '--debug', '-z'])
    expect(summaryOf(await readSelected(repository, { kind: 'working' }))).toEqual([])
    expect(repository.gitBytes(['ls-files', '--debug', '-z'])).toEqual(before)
  })

  it('leaves alone what the user told git to leave alone', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'a\n', 'b.txt': 'b\n', 'in/c.txt': 'c\n', 'out/d.txt': 'd\n' } })
    repository.git('sparse-checkout', 'set', 'in')
    repository.git('update-index', '--assume-unchanged', 'a.txt')
    repository.write('a.txt', 'changed\n')
    repository.write('in/c.txt', 'changed\n')
    await inWorkspace(repository, async (workspace) => {
      expect(summaryOf(await workspace.readChange({ kind: 'working' }, everything))).toEqual(['modified text in/c.txt +1 -1'])
      expect(summaryOf(await workspace.readChange({ kind: 'uncommitted' }, everything))).toEqual(['modified text in/c.txt +1 -1'])
      expect(await workspace.listFiles({ kind: 'working' })).toEqual(['a.txt', 'b.txt', 'in/c.txt'])
      expect(await workspace.listFiles({ kind: 'index' })).toEqual(['a.txt', 'b.txt', 'in/c.txt', 'out/d.txt'])
    })
  })
})

describe('a merge in progress', () => {
  function conflicted() {
    const repository = temporaryRepository({ files: { 'both.txt': 'base\n', 'theirs.txt': 'base\n', 'gone.txt': 'base\n' } })
    repository.git('checkout', '--quiet', '-b', 'other')
    repository.commit('Theirs', { 'both.txt': 'theirs\n', 'theirs.txt': 'theirs\n', 'gone.txt': 'theirs\n' })
    repository.git('checkout', '--quiet', 'main')
    repository.git('rm', '--quiet', 'gone.txt')
    repository.commit('Ours', { 'both.txt': 'ours\n' })
    expect(() => repository.git('merge', 'other')).toThrow(/merge/)
    return repository
  }

  it('marks the unmerged files in what is staged', async () => {
    using repository = conflicted()
    const change = await readSelected(repository, { kind: 'staged' })
    expect(change.files.map(({ path, status, omitted }) => [path, status, omitted])).toEqual([
      ['both.txt', 'unmerged', 'the merge of this file is not finished'],
      ['gone.txt', 'unmerged', 'the merge of this file is not finished'],
      ['theirs.txt', 'modified', null],
    ])
  })

  it('shows the working file, with its conflict markers, against our side', async () => {
    using repository = conflicted()
    const working = await readSelected(repository, { kind: 'working' })
    expect(working.files.map(({ path, status, addedLines }) => [path, status, addedLines])).toEqual([
      ['both.txt', 'unmerged', 4],
      ['gone.txt', 'unmerged', 0],
    ])
    const uncommitted = await readSelected(repository, { kind: 'uncommitted' })
    expect(uncommitted.files.map(({ path, status, addedLines }) => [path, status, addedLines])).toEqual([
      ['both.txt', 'unmerged', 4],
      ['gone.txt', 'unmerged', 1],
      ['theirs.txt', 'modified', 1],
    ])
    expect(working.files[0]?.hunks[0]?.lines.map(({ text }) => text)).toEqual([
      '<<<<<<< HEAD',
      'ours',
      '=======',
      'theirs',
      '>>>>>>> other',
    ])
  })

  it('reads our side of an unmerged file from the index', async () => {
    using repository = conflicted()
    await inWorkspace(repository, async (workspace) => {
      expect((await workspace.readFile({ kind: 'index' }, 'both.txt'))?.toString()).toBe('ours\n')
      expect(await workspace.listFiles({ kind: 'index' })).toEqual(['both.txt', 'gone.txt', 'theirs.txt'])
    })
  })
})

describe('commit', () => {
  it('compares a merge with its first parent', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
    repository.git('checkout', '--quiet', '-b', 'other')
    repository.commit('Other', { 'b.txt': 'b\n' })
    repository.git('checkout', '--quiet', 'main')
    const ours = repository.commit('Ours', { 'c.txt': 'c\n' })
    repository.git('merge', '--quiet', '--no-edit', 'other')
    const { change, problems } = await readAndCompare(repository, { kind: 'commit', rev: 'HEAD' }, ['HEAD^1', 'HEAD'])
    expect(problems).toEqual([])
    expect(summaryOf(change)).toEqual(['added text b.txt +1 -0'])
    expect(change.old).toEqual({ kind: 'commit', id: ours })
  })

  it('takes any name of a commit', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
    const id = repository.commit('Second', { 'a.txt': 'b\n' })
    repository.git('tag', '-a', '-m', 'tag', 'v1')
    for (const rev of ['HEAD', 'main', 'v1', id.slice(0, 8), 'HEAD^0', ':/Second', '@{0}']) {
      expect((await readSelected(repository, { kind: 'commit', rev })).description).toBe(`commit ${id.slice(0, 7)}`)
    }
  })
})

describe('base and range', () => {
  it('begin before the first commit where the range begins with git’s empty tree', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
    const second = repository.commit('Second', { 'b.txt': 'b\n' })
    const emptyTree = repository.gitBytes(['hash-object', '-t', 'tree', '--stdin'], { input: '' }).toString().trim()
    const change = await readSelected(repository, { kind: 'range', from: emptyTree, to: 'HEAD' })
    expect(summaryOf(change)).toEqual(['added text a.txt +1 -0', 'added text b.txt +1 -0'])
    expect(change).toMatchObject({ old: { kind: 'empty' }, new: { kind: 'commit', id: second } })
  })

  it('start where the branches parted', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
    const base = repository.git('rev-parse', 'HEAD').trim()
    repository.git('checkout', '--quiet', '-b', 'feature')
    const head = repository.commit('Feature', { 'b.txt': 'b\n' })
    repository.git('checkout', '--quiet', 'main')
    repository.commit('Main', { 'c.txt': 'c\n' })
    repository.git('checkout', '--quiet', 'feature')
    const { change, problems } = await readAndCompare(repository, { kind: 'base', ref: 'main' }, [base, head])
    expect(problems).toEqual([])
    expect(summaryOf(change)).toEqual(['added text b.txt +1 -0'])
    expect(change.description).toBe(`changes since main (${base.slice(0, 7)}..${head.slice(0, 7)})`)
    const range = await readSelected(repository, { kind: 'range', from: 'main', to: 'feature' })
    expect(summaryOf(range)).toEqual(['added text b.txt +1 -0', 'deleted text c.txt +0 -1'])
  })

  it('say what to do when there is no common history', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
    repository.git('checkout', '--quiet', '--orphan', 'alone')
    repository.commit('Alone')
    await expect(readSelected(repository, { kind: 'base', ref: 'main' })).rejects.toMatchObject({
      code: 'REF_UNKNOWN',
      message: 'main and HEAD have no common ancestor here.',
    })
  })
})

describe('names that are no commit', () => {
  it.each([
    'nope',
    '',
    '--output=pwned',
    '-p',
    '--all',
    'HEAD:a.txt',
    'main..main',
    '^main',
    'a\nb',
    'x\0y',
    '--upload-pack=touch pwned',
    'HEAD~99',
  ])('%j is refused, and nothing is run or written', async (rev) => {
    using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
    await inWorkspace(repository, async (workspace) => {
      await expect(workspace.readChange({ kind: 'commit', rev }, everything)).rejects.toMatchObject({ code: 'REF_UNKNOWN', exitCode: 2 })
      await expect(workspace.readChange({ kind: 'range', from: 'HEAD', to: rev }, everything)).rejects.toMatchObject({
        code: 'REF_UNKNOWN',
      })
      await expect(workspace.readChange({ kind: 'base', ref: rev }, everything)).rejects.toMatchObject({ code: 'REF_UNKNOWN' })
      expect(await workspace.listFiles({ kind: 'working' })).toEqual(['a.txt'])
    })
  })

  it('come with what could be meant', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
    repository.git('update-ref', 'refs/remotes/origin/release', 'HEAD')
    using empty = temporaryRepository()
    using shallow = temporaryRepository()
    repository.commit('Second', { 'a.txt': 'b\n' })
    shallow.git('fetch', '--quiet', '--depth=1', `file://${repository.root}`, 'main:main2')
    shallow.git('checkout', '--quiet', 'main2')
    const hintOf = (error: { hint: string }) => error.hint
    const hints = await Promise.all([
      readSelected(repository, { kind: 'base', ref: 'release' }).catch(hintOf),
      readSelected(empty, { kind: 'commit', rev: 'HEAD' }).catch(hintOf),
      readSelected(shallow, { kind: 'commit', rev: 'HEAD~1' }).catch(hintOf),
      readSelected(shallow, { kind: 'commit', rev: 'HEAD' }).catch(hintOf),
    ])
    expect(hints).toEqual([
      'Did you mean origin/release?',
      'This repository has no commit yet; --staged shows what the first one would be.',
      'This is a shallow clone; fetch more history: git fetch --deepen=50 (or --unshallow).',
      'Fetch it: git fetch --deepen=1',
    ])
  })
})
