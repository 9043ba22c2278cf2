import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { undoLastRun } from '../../../src/workspace/transaction/undo-last-run.ts'
import { withFolderLock } from '../../../src/system/folder-lock.ts'
import { applyEdits, type Edit } from '../../helpers/transaction-edits.ts'
import { gitState, signal, testPlace, treeOf } from '../../helpers/transaction-place.ts'
import { runChild } from '../../helpers/transaction-process.ts'

const write = (path: string, content: string): Edit => ({ kind: 'write', path, content })

it.each<[string, Record<string, string>, Edit[]]>([
  ['an empty file', { 'a.txt': 'a' }, [write('a.txt', ''), write('new.txt', '')]],
  ['a file without a last newline', { 'a.txt': 'a\n' }, [write('a.txt', 'a')]],
  ['carriage returns', { 'a.txt': 'a\r\nb\r\n', 'b.txt': 'a\nb\r\n' }, [write('a.txt', 'a\nb\n'), write('b.txt', 'a\r\nb\n')]],
  ['bytes that are no text', { 'a.bin': '\0\x01\xff' }, [write('a.bin', '\xff\x01\0\r\n'), write('b.bin', '\0')]],
  [
    'names with spaces, quotes and letters',
    { 'a b/"c".txt': 'a', 'ü.txt': 'ü' },
    [write('a b/"c".txt', 'b'), write('ü.txt', 'b'), write('日本/ 語', 'c')],
  ],
  ['a new folder', {}, [write(`${'deep/'.repeat(30)}file`, 'x')]],
  ['a folder that becomes empty', { 'a/b/c/d.txt': 'x', 'a/kept.txt': 'x' }, [{ kind: 'remove', path: 'a/b' }]],
  ['a file that becomes a folder', { a: 'x', 'b.txt': 'b' }, [{ kind: 'replace', path: 'a/b/c.txt', content: 'y' }]],
  ['a folder that becomes a file', { 'a/b/c.txt': 'x', 'a/d.txt': 'x' }, [{ kind: 'replace', path: 'a', content: 'y' }]],
  ['two files that change places', { 'a.txt': '1', 'b.txt': '2' }, [write('a.txt', '2'), write('b.txt', '1')]],
  [
    'a program',
    { 'a.sh': 'x', 'b.sh': 'x' },
    [{ ...write('a.sh', 'x'), isProgram: true } as Edit, { ...write('c.sh', 'y'), isProgram: true } as Edit],
  ],
  [
    'rules for git',
    { '.gitignore': 'x\n' },
    [write('.gitignore', ''), write('.gitattributes', '* text eol=crlf filter=x\n'), write('x', 'a\n')],
  ],
  [
    'everything removed',
    { 'a.txt': 'a', 'b/c.txt': 'c' },
    [
      { kind: 'remove', path: 'a.txt' },
      { kind: 'remove', path: 'b' },
    ],
  ],
])('carries over and takes back: %s', async (_name, files, edits) => {
  const place = await testPlace({ files: { ...files, 'other.txt': 'other' } })
  const { user } = place
  user.git('config', 'core.autocrlf', 'true')
  user.stage({ 'other.txt': 'staged' })
  user.write('other.txt', 'mine')
  user.write('untracked/x.txt', 'mine')
  const [old, git] = [treeOf(user.root), gitState(user)]
  const transaction = await place.begin()
  applyEdits(transaction.checkout.root, edits)
  const { files: changed } = await transaction.changes()
  const applied = await transaction.apply()
  expect(applied.files).toEqual(changed)
  expect(treeOf(user.root)).toEqual(treeOf(transaction.checkout.root))
  expect(await transaction.changes()).toMatchObject({ files: [] })
  expect((await undoLastRun(place, { signal })).id).toBe(applied.id)
  expect(treeOf(user.root)).toEqual(old)
  expect(gitState(user)).toEqual(git)
})

it('writes no journal where there is nothing to do', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a' } })
  const transaction = await place.begin()
  expect((await transaction.apply()).files).toEqual([])
  await transaction.close()
  expect(existsSync(place.folder) ? readdirSync(place.folder) : []).toEqual([])
})

it('keeps the permissions of a file that it changes', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a', 'b.sh': 'b' } })
  chmodSync(join(place.user.root, 'a.txt'), 0o640)
  chmodSync(join(place.user.root, 'b.sh'), 0o750)
  const mode = (path: string) => (lstatSync(join(place.user.root, path)).mode & 0o777).toString(8)
  const transaction = await place.begin()
  applyEdits(transaction.checkout.root, [
    { kind: 'write', path: 'a.txt', content: 'b', isProgram: true },
    { kind: 'write', path: 'b.sh', content: 'c', isProgram: false },
    { kind: 'write', path: 'new.sh', content: 'c', isProgram: true },
  ])
  await transaction.apply()
  const umask = process.umask()
  expect([mode('a.txt'), mode('b.sh'), mode('new.sh')]).toEqual(['750', '640', (0o777 & ~umask).toString(8)])
  await undoLastRun(place, { signal })
  expect([mode('a.txt'), mode('b.sh')]).toEqual(['640', '750'])
})

it('applies what comes after an applied change as a change of its own', async () => {
  const place = await testPlace({ files: { 'a.txt': '0' } })
  const transaction = await place.begin()
  for (const content of ['1', '2']) {
    await transaction.checkout.write('a.txt', Buffer.from(content))
    await transaction.apply()
    expect(treeOf(place.user.root)).toEqual({ 'a.txt': `file ${content}` })
  }
  for (const content of ['1', '0']) {
    await undoLastRun(place, { signal })
    expect(treeOf(place.user.root)).toEqual({ 'a.txt': `file ${content}` })
  }
  await expect(undoLastRun(place, { signal })).rejects.toMatchObject({ code: 'NOTHING_TO_UNDO' })
})

it.each<[string, (root: string) => void, string]>([
  ['changed', (root) => writeFileSync(join(root, 'a.txt'), 'mine'), 'a.txt'],
  ['removed', (root) => rmSync(join(root, 'a.txt')), 'a.txt'],
  ['made executable', (root) => chmodSync(join(root, 'a.txt'), 0o755), 'a.txt'],
  [
    'replaced by a link',
    (root) => {
      rmSync(join(root, 'a.txt'))
      symlinkSync('b.txt', join(root, 'a.txt'))
    },
    'a.txt',
  ],
  [
    'replaced by a folder',
    (root) => {
      rmSync(join(root, 'a.txt'))
      mkdirSync(join(root, 'a.txt'))
    },
    'a.txt',
  ],
  ['made where the run makes one', (root) => writeFileSync(join(root, 'new.txt'), 'mine'), 'new.txt'],
  ['made a folder where the run makes a file', (root) => mkdirSync(join(root, 'new.txt')), 'new.txt'],
  ['made, and ignored by git', (root) => writeFileSync(join(root, 'build'), 'mine'), 'build'],
  ['a repository that came into a folder', (root) => mkdirSync(join(root, 'folder/.git')), 'folder/c.txt'],
])('leaves the tree alone where a file was %s meanwhile', async (_name, meddle, named) => {
  const place = await testPlace({ files: { 'a.txt': 'a', 'b.txt': 'b', 'folder/c.txt': 'c', '.gitignore': 'build\n' } })
  const transaction = await place.begin()
  applyEdits(transaction.checkout.root, [
    write('.gitignore', ''),
    write('a.txt', 'by the run'),
    write('b.txt', 'by the run'),
    write('new.txt', 'by the run'),
    write('build', 'by the run'),
    write('folder/c.txt', 'by the run'),
  ])
  meddle(place.user.root)
  const before = treeOf(place.user.root)
  await expect(transaction.apply()).rejects.toMatchObject({
    code: 'CHANGES_CONFLICT',
    message: expect.stringContaining(JSON.stringify(named)),
  })
  expect(treeOf(place.user.root)).toEqual(before)
  expect(readdirSync(place.folder).filter((name) => !name.startsWith('copy-'))).toEqual([])
})

it('does not replace a folder that holds what git ignores', async () => {
  const place = await testPlace({ files: { 'a/b.txt': 'b', '.gitignore': '*.log\n' } })
  place.user.write('a/x.log', 'mine')
  const transaction = await place.begin()
  applyEdits(transaction.checkout.root, [{ kind: 'replace', path: 'a', content: 'file' }])
  const before = treeOf(place.user.root)
  await expect(transaction.apply()).rejects.toMatchObject({ code: 'CHANGES_CONFLICT' })
  expect(treeOf(place.user.root)).toEqual(before)
})

it('keeps a folder whose last tracked file goes while something else is in it', async () => {
  const place = await testPlace({ files: { 'a/b.txt': 'b', '.gitignore': '*.log\n' } })
  place.user.write('a/x.log', 'mine')
  const transaction = await place.begin()
  applyEdits(transaction.checkout.root, [{ kind: 'remove', path: 'a' }])
  await transaction.apply()
  expect(treeOf(place.user.root)).toEqual({ '.gitignore': 'file *.log\n', 'a/': 'folder', 'a/x.log': 'file mine' })
  await undoLastRun(place, { signal })
  expect(treeOf(place.user.root)).toMatchObject({ 'a/b.txt': 'file b', 'a/x.log': 'file mine' })
})

it('names ten of many files, and how many more there are', async () => {
  const paths = Array.from({ length: 12 }, (_, index) => `file-${index}`)
  const place = await testPlace({ files: Object.fromEntries(paths.map((path) => [path, 'a'])) })
  const transaction = await place.begin()
  applyEdits(
    transaction.checkout.root,
    paths.map((path) => write(path, 'by the run')),
  )
  for (const path of paths) place.user.write(path, 'mine')
  await expect(transaction.apply()).rejects.toThrow(/ and 2 more are not as /)
})

it('is a conflict where git does not find what the patch says', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a\n' } })
  const transaction = await place.begin()
  await transaction.checkout.write('a.txt', Buffer.from('b\n'))
  // A file that the first look takes for unchanged is read a second time by git.
  const { applyChanges } = await import('../../../src/workspace/transaction/apply-changes.ts')
  const { createGit } = await import('../../../src/workspace/git.ts')
  const git = createGit(place.user.root, place.user.environment)
  const patch = Buffer.from('diff --git a/a.txt b/a.txt\n--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-other\n+b\n')
  const id = (content: string) => place.user.gitBytes(['hash-object', '-w', '--stdin'], { input: content }).toString().trim()
  const changes = [{ path: 'a.txt', before: { id: id('a\n'), mode: '100644' }, after: { id: id('b\n'), mode: '100644' } }]
  const files = [{ path: 'a.txt', kind: 'modified' as const }]
  await expect(
    applyChanges({ files, patch, refused: [], changes }, { ...place, signal, copyGit: git, neutralGit: git }),
  ).rejects.toMatchObject({ code: 'CHANGES_CONFLICT', message: expect.stringContaining('a.txt') })
  expect(treeOf(place.user.root)).toEqual({ 'a.txt': 'file a\n' })
})

it('applies two runs that change different files, and tells the second of two that change the same', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a', 'b.txt': 'b' } })
  const [first, second, third] = [await place.begin(), await place.begin(), await place.begin()]
  await first.checkout.write('a.txt', Buffer.from('first'))
  await second.checkout.write('b.txt', Buffer.from('second'))
  await third.checkout.write('a.txt', Buffer.from('third'))
  await third.checkout.write('c.txt', Buffer.from('third'))
  await Promise.all([first.apply(), second.apply()])
  await expect(third.apply()).rejects.toMatchObject({ code: 'CHANGES_CONFLICT', message: expect.stringContaining('"a.txt"') })
  expect(treeOf(place.user.root)).toEqual({ 'a.txt': 'file first', 'b.txt': 'file second' })
})

it('lets one of two processes win that change the same files, wholly', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a', 'b.txt': 'b' } })
  const by = (name: string) => [write('a.txt', name), write('b.txt', name), write(`${name}.txt`, name)]
  const runs = await Promise.all(['x', 'y'].map((name) => runChild(place, { action: 'apply', edits: by(name) })))
  const winners = ['x', 'y'].filter((_, index) => runs[index]!.output.includes('changes'))
  const losers = runs.filter(({ output }) => output.includes('failed CHANGES_CONFLICT'))
  expect([winners.length, losers.length]).toEqual([1, 1])
  const [winner] = winners
  expect(treeOf(place.user.root)).toEqual({ 'a.txt': `file ${winner}`, 'b.txt': `file ${winner}`, [`${winner}.txt`]: `file ${winner}` })
})

it('says for whom it waits', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a' } })
  const waiting = Promise.withResolvers<string>()
  const transaction = await place.begin({ onWait: waiting.resolve })
  await transaction.checkout.write('a.txt', Buffer.from('b'))
  const applying = await withFolderLock(place.folder, { signal }, async () => {
    const run = transaction.apply()
    expect(await waiting.promise).toContain(`process ${process.pid}`)
    expect(treeOf(place.user.root)).toEqual({ 'a.txt': 'file a' })
    return { run }
  })
  await applying.run
  expect(treeOf(place.user.root)).toEqual({ 'a.txt': 'file b' })
})
