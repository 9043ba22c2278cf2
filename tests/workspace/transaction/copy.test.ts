import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createGit } from '../../../src/workspace/git.ts'
import { temporaryRepository } from '../../helpers/git-repository.ts'
import { filesOf, gitState, placeOf, signal, testPlace } from '../../helpers/transaction-place.ts'

const nothing = { files: [], patch: Buffer.alloc(0), refused: [] }

it('carries files as they are on disk, whatever the index says', async () => {
  const { user, begin } = await testPlace({ files: { 'a.txt': 'one\n', 'deep/b.txt': 'two\n', 'gone.txt': 'x\n', 'cached.txt': 'y\n' } })
  user.stage({ 'a.txt': 'staged\n' })
  user.write('a.txt', 'on disk\n')
  user.write('new/file.txt', '')
  user.git('rm', '-q', 'gone.txt')
  user.git('rm', '-q', '--cached', 'cached.txt')
  const before = gitState(user)
  const transaction = await begin()
  expect(filesOf(transaction.checkout.root)).toEqual(filesOf(user.root))
  expect(await transaction.changes()).toEqual(nothing)
  expect(gitState(user)).toEqual(before)
})

it('keeps every byte, whatever attributes and settings say about line endings, filters and encodings', async () => {
  const { user, begin } = await testPlace({ files: { 'unix.txt': 'a\nb\n', 'id.txt': '$Id$\n' } })
  user.git('config', 'core.autocrlf', 'true')
  user.git('config', 'filter.shout.clean', 'tr a-z A-Z')
  user.git('config', 'filter.shout.required', 'true')
  user.write('.gitattributes', '* text=auto\n*.txt ident eol=crlf\n*.loud filter=shout\n*.wide working-tree-encoding=UTF-16\n')
  user.write('windows.txt', 'a\r\nb\r\n')
  user.write('mixed.txt', 'a\r\nb\nc')
  user.write('soft.loud', 'quiet\n')
  user.write('x.wide', Buffer.from('\ufeffwide\n', 'utf16le'))
  user.write('bytes.bin', Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256)))
  const transaction = await begin()
  expect(filesOf(transaction.checkout.root)).toEqual(filesOf(user.root))
  expect(await transaction.changes()).toEqual(nothing)
  await transaction.checkout.write('windows.txt', Buffer.from('a\r\nB\r\n'))
  await transaction.apply()
  expect(filesOf(user.root)).toEqual(filesOf(transaction.checkout.root))
})

it('shows the history of a repository with converted line endings without the conversion', async () => {
  const { user, begin } = await testPlace({ files: { 'a.txt': 'a\nb\n' } })
  user.git('config', 'core.autocrlf', 'true')
  user.write('a.txt', 'a\r\nb\r\n')
  user.write('b.txt', 'new\n')
  const { checkout } = await begin()
  expect(await checkout.history.status()).not.toContain('a.txt')
  expect(await checkout.history.status()).toContain('b.txt')
  expect(await checkout.history.log({ count: 1 })).toContain('The first commit')
})

it('carries names of any bytes, programs, deep folders and files that only their owner may read', async () => {
  const { user, begin } = await testPlace({ files: { 'ü/ñ.txt': 'a', 'with space/"quoted".txt': 'b', 'tab\tand\nline.txt': 'c' } })
  const latin = Buffer.concat([Buffer.from(`${user.root}/caf`), Buffer.of(0xe9), Buffer.from('.txt')])
  writeFileSync(latin, 'latin')
  user.write(`${'deep/'.repeat(40)}file`, 'deep')
  user.write('run.sh', '#!/bin/sh\n')
  chmodSync(join(user.root, 'run.sh'), 0o755)
  user.write('frozen.txt', 'read only')
  chmodSync(join(user.root, 'frozen.txt'), 0o444)
  const transaction = await begin()
  expect(filesOf(transaction.checkout.root)).toEqual(filesOf(user.root))
  expect(lstatSync(join(transaction.checkout.root, 'frozen.txt')).mode & 0o700).toBe(0o600)
  expect(await transaction.changes()).toEqual(nothing)
})

it('leaves out what git ignores, and carries what is tracked all the same', async () => {
  const { user, begin } = await testPlace({ files: { '.gitignore': '*.log\nbuild/\n', 'kept.log': 'tracked' } })
  user.write('local.log', 'ignored')
  user.write('build/out.js', 'ignored')
  user.write('.git/info/exclude', 'by-repository\n')
  user.write('by-repository', 'ignored')
  user.write('../home/.config/git/ignore', 'by-user\n')
  user.write('by-user', 'ignored')
  const transaction = await begin()
  expect(Object.keys(filesOf(transaction.checkout.root))).toEqual(['.gitignore', 'kept.log'])
  for (const path of ['by-repository', 'by-user', 'x.log', 'build/x']) {
    mkdirSync(join(transaction.checkout.root, 'build'), { recursive: true })
    writeFileSync(join(transaction.checkout.root, path), 'made by the run')
  }
  expect((await transaction.changes()).files).toEqual([])
})

it('honours the file that core.excludesFile names', async () => {
  const { user, begin } = await testPlace({ files: { 'a.txt': 'a' } })
  user.git('config', 'core.excludesFile', '~/ignored')
  user.write('../home/ignored', '*.tmp\n')
  user.write('x.tmp', '')
  expect(Object.keys(filesOf((await begin()).checkout.root))).toEqual(['a.txt'])
})

it('keeps links that stay inside, and leaves out those that leave, without following any', async () => {
  const { user, begin } = await testPlace({ files: { 'folder/real.txt': 'real' } })
  user.write('../secret/key', 'secret')
  const links = {
    'inside.txt': 'folder/real.txt',
    folderlink: 'folder',
    'folder/up': '../folder/real.txt',
    dangling: 'nowhere',
    outside: '../secret/key',
    outer: '../secret',
    absolute: join(user.root, 'folder/real.txt'),
    twice: 'folder/back/..',
    'folder/back': '..',
    git: '.git/config',
    'dangling-out': 'nowhere/../../secret',
  }
  for (const [path, target] of Object.entries(links)) symlinkSync(target, join(user.root, path))
  const transaction = await begin()
  const found = filesOf(transaction.checkout.root)
  expect(found).toEqual({
    'folder/real.txt': 'file real',
    'inside.txt': 'link folder/real.txt',
    folderlink: 'link folder',
    'folder/up': 'link ../folder/real.txt',
    'folder/back': 'link ..',
    dangling: 'link nowhere',
  })
  expect(transaction.leftOut.map(({ path }) => path).toSorted()).toEqual(['absolute', 'dangling-out', 'git', 'outer', 'outside', 'twice'])
  expect(await transaction.changes()).toEqual(nothing)
})

it('does not enter a folder of the repository that was replaced by a link out of it', async () => {
  const { user, begin } = await testPlace({ files: { 'folder/a.txt': 'a', 'b.txt': 'b' } })
  user.write('../secret/a.txt', 'secret')
  user.git('mv', 'b.txt', 'c.txt')
  execFileSync('mv', [join(user.root, 'folder'), join(user.root, '../was')])
  symlinkSync('../secret', join(user.root, 'folder'))
  expect(filesOf((await begin()).checkout.root)).toEqual({ 'c.txt': 'file b' })
})

it('leaves out submodules, nested repositories and what is no file', async () => {
  const { user, begin } = await testPlace({ files: { 'a.txt': 'a' } })
  using other = temporaryRepository({ files: { 'other.txt': 'other' } })
  user.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', other.root, 'sub')
  user.commit('with a submodule')
  user.git('clone', '-q', other.root, 'nested')
  execFileSync('mkfifo', [join(user.root, 'pipe')])
  user.write('sub/x.txt', 'in the submodule')
  const transaction = await begin()
  expect(Object.keys(filesOf(transaction.checkout.root))).toEqual(['.gitmodules', 'a.txt'])
  expect(transaction.leftOut.map(({ path }) => path).toSorted()).toEqual(['nested', 'sub'])
  mkdirSync(join(transaction.checkout.root, 'sub'))
  writeFileSync(join(transaction.checkout.root, 'sub/y.txt'), 'by the run')
  expect((await transaction.changes()).refused.map(({ path }) => path)).toEqual(['sub/y.txt'])
  expect(await transaction.checkout.history.status()).toBe('')
})

it('does not carry over what a sparse checkout leaves out', async () => {
  const { user, begin } = await testPlace({ files: { 'in/a.txt': 'a', 'out/b.txt': 'b' } })
  user.git('sparse-checkout', 'set', 'in')
  const transaction = await begin()
  expect(Object.keys(filesOf(transaction.checkout.root))).toEqual(['in/a.txt'])
  expect(await transaction.checkout.history.status()).not.toContain('b.txt')
  await transaction.checkout.write('out/b.txt', Buffer.from('by the run'))
  expect((await transaction.changes()).refused).toEqual([
    { path: 'out/b.txt', reason: 'out/b.txt of the working tree is not part of the copy. A sparse checkout leaves it out.' },
  ])
})

it('works before the first commit', async () => {
  const { user, begin } = await testPlace()
  user.stage({ 'a.txt': 'staged' })
  user.write('b.txt', 'new')
  const transaction = await begin()
  await transaction.checkout.write('b.txt', Buffer.from('changed'))
  expect((await transaction.apply()).files).toEqual([{ path: 'b.txt', kind: 'modified' }])
  expect(filesOf(user.root)).toEqual({ 'a.txt': 'file staged', 'b.txt': 'file changed' })
})

it('works in an empty repository', async () => {
  const { user, begin } = await testPlace()
  const transaction = await begin()
  await transaction.checkout.write('a/b.txt', Buffer.from('first'))
  await transaction.apply()
  expect(filesOf(user.root)).toEqual({ 'a/b.txt': 'file first' })
})

it('works in a repository that names its objects by SHA-256', async () => {
  const { user, begin } = await testPlace({ files: { 'a.txt': 'a' }, initArguments: ['--object-format=sha256'] })
  const transaction = await begin()
  await transaction.checkout.write('a.txt', Buffer.from('b'))
  expect(await transaction.checkout.history.log({ count: 1 })).toContain('The first commit')
  await transaction.apply()
  expect(filesOf(user.root)).toEqual({ 'a.txt': 'file b' })
})

it('works in a linked worktree and in a clone that shares objects', async () => {
  const { user } = await testPlace({ files: { 'a.txt': 'a' } })
  const linked = join(user.root, '../linked')
  const shared = join(user.root, '../shared')
  user.git('worktree', 'add', '-q', linked)
  user.git('clone', '-q', '--shared', '--depth=1', `file://${user.root}`, shared)
  for (const root of [linked, shared]) {
    const { begin } = await placeOf(user, root)
    const transaction = await begin()
    await transaction.checkout.write('a.txt', Buffer.from('b'))
    expect(await transaction.checkout.history.blame({ path: 'a.txt', startLine: 1, endLine: 1 })).toContain('b')
    await transaction.apply()
    expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('b')
  }
  expect(readFileSync(join(user.root, 'a.txt'), 'utf8')).toBe('a')
})

it('reads the history of a shallow clone to its end', async () => {
  const { user } = await testPlace({ files: { 'a.txt': 'a' } })
  user.commit('The second commit', { 'a.txt': 'b' })
  const shallow = join(user.root, '../shallow')
  user.git('clone', '-q', '--depth=1', `file://${user.root}`, shallow)
  const { begin } = await placeOf(user, shallow)
  expect(await (await begin()).checkout.history.log({ count: 5 })).toContain('The second commit')
})

it('carries the markers of a merge that is not finished', async () => {
  const { user, begin } = await testPlace({ files: { 'a.txt': 'base\n' } })
  user.git('checkout', '-q', '-b', 'other')
  user.commit('theirs', { 'a.txt': 'theirs\n' })
  user.git('checkout', '-q', 'main')
  user.commit('ours', { 'a.txt': 'ours\n' })
  expect(() => user.git('merge', '-q', 'other')).toThrow('failed')
  const transaction = await begin()
  expect(filesOf(transaction.checkout.root)).toEqual(filesOf(user.root))
  expect(await transaction.changes()).toEqual(nothing)
})

it('keeps git out of what runs in the copy, and removes everything at the end', async () => {
  const { user, begin, folder } = await testPlace({ files: { 'a/b.txt': 'a' } })
  const transaction = await begin()
  expect(existsSync(join(transaction.checkout.root, '.git'))).toBe(false)
  chmodSync(join(transaction.checkout.root, 'a'), 0o000)
  await transaction.close()
  expect(readdirSync(folder)).toEqual([])
  expect(Object.keys(filesOf(user.root))).toEqual(['a/b.txt'])
})

it('removes the copy when it cannot be finished', async () => {
  const { begin, folder } = await testPlace({ files: { 'a.txt': 'a' } })
  await expect(begin({ signal: AbortSignal.abort(new Error('stopped')) })).rejects.toThrow('stopped')
  await expect(
    begin({
      openCheckout: () => {
        throw new Error('no checkout')
      },
    }),
  ).rejects.toThrow('no checkout')
  expect(readdirSync(folder)).toEqual([])
})

it('leaves the files that the user is not working on exactly as they were', async () => {
  const { user, begin } = await testPlace({ files: { 'a.txt': 'a', 'b.txt': 'b' } })
  user.stage({ 'a.txt': 'staged' })
  user.git('stash', '-q')
  user.write('b.txt', 'mine')
  const before = { git: gitState(user), mtime: lstatSync(join(user.root, 'a.txt')).mtimeMs }
  const transaction = await begin()
  await transaction.checkout.write('b.txt', Buffer.from('theirs'))
  await transaction.apply()
  expect({ git: gitState(user), mtime: lstatSync(join(user.root, 'a.txt')).mtimeMs }).toEqual(before)
  expect(await createGit(user.root, user.environment).askAbout(['stash', 'list'], signal)).toContain('stash@{0}')
})
