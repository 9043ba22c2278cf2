import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { AppError } from '../../../src/domain/errors.ts'
import { openCheckout } from '../../../src/workspace/open-checkout.ts'
import { beginTransaction } from '../../../src/workspace/transaction/begin-transaction.ts'
import { changeRefusals } from '../../../src/workspace/transaction/change-refusals.ts'
import { finishOrTakeBack, writeFailure } from '../../../src/workspace/transaction/finish-or-take-back.ts'
import { inParallel } from '../../../src/workspace/transaction/in-parallel.ts'
import { readJournal } from '../../../src/workspace/transaction/journal.ts'
import { undoLastRun } from '../../../src/workspace/transaction/undo-last-run.ts'
import { applyEdits } from '../../helpers/transaction-edits.ts'
import { filesOf, signal, type TestPlace, testPlace, treeOf } from '../../helpers/transaction-place.ts'

const isRoot = process.getuid?.() === 0

/** A run over three files that was killed after the first rename, with its journal as it was read. */
async function halfDone(): Promise<TestPlace & { run: Parameters<typeof finishOrTakeBack>[0]; bytes: string }> {
  const place = await testPlace({ files: { 'a.txt': 'a', 'b.txt': 'b', 'c.txt': 'c' } })
  const transaction = await place.begin()
  applyEdits(
    transaction.checkout.root,
    ['a.txt', 'b.txt', 'c.txt'].map((path) => ({ kind: 'write', path, content: `${path} by the run` })),
  )
  const { id } = await transaction.apply()
  await transaction.close()
  const bytes = join(place.folder, `${id}.pending`)
  renameSync(join(place.folder, `${id}.applied`), bytes)
  for (const name of ['b', 'c']) place.user.write(`${name}.txt`, name)
  const { root } = place.repository
  const journal = await readJournal(place.folder, { id, state: 'pending' }, root)
  return { ...place, run: { folder: place.folder, root, journal }, bytes }
}

it('takes back what it did where the rest cannot be done', async () => {
  const { user, folder, run, bytes } = await halfDone()
  rmSync(join(bytes, run.journal.entries[2]!.after!.digest))
  await expect(finishOrTakeBack(run)).rejects.toMatchObject({ code: 'ENOENT' })
  expect(treeOf(user.root)).toEqual({ 'a.txt': 'file a', 'b.txt': 'file b', 'c.txt': 'file c' })
  expect(readdirSync(folder)).toEqual([])
})

it('takes back what it did where the user is quicker, and leaves their file alone', async () => {
  const { user, folder, run } = await halfDone()
  user.write('c.txt', 'mine')
  await expect(finishOrTakeBack(run)).rejects.toMatchObject({ code: 'CHANGES_CONFLICT', message: expect.stringContaining('"c.txt"') })
  expect(treeOf(user.root)).toEqual({ 'a.txt': 'file a', 'b.txt': 'file b', 'c.txt': 'file mine' })
  expect(readdirSync(folder)).toEqual([`${run.journal.id}.partial`])
})

it('says so where it can go neither on nor back, and keeps the journal for the next command', async () => {
  const { folder, run, bytes } = await halfDone()
  rmSync(join(bytes, run.journal.entries[2]!.after!.digest))
  rmSync(join(bytes, run.journal.entries[0]!.before!.digest))
  await expect(finishOrTakeBack(run)).rejects.toMatchObject({
    code: 'OUTPUT_UNWRITABLE',
    message: expect.stringContaining('nor taken back (ENOENT)'),
  })
  expect(readdirSync(folder)).toEqual([`${run.journal.id}.pending`])
})

it.each([
  ['ENOSPC', 'DISK_FULL'],
  ['EDQUOT', 'DISK_FULL'],
  ['EACCES', 'OUTPUT_UNWRITABLE'],
  ['EROFS', 'OUTPUT_UNWRITABLE'],
])('tells of %s as %s', (system, code) => {
  expect(writeFailure(Object.assign(new Error('no'), { code: system }))).toMatchObject({
    code,
    message: expect.stringContaining(`(${system})`),
  })
})

it('passes on what is already told for people, and tells the rest by its text', () => {
  const told = new AppError('GIT_FAILED', 'git failed.')
  expect(writeFailure(told)).toBe(told)
  expect(writeFailure(new Error('odd'))).toMatchObject({ code: 'OUTPUT_UNWRITABLE', message: expect.stringContaining('(Error: odd)') })
})

it('refuses paths that no git of ours would name', () => {
  const change = (path: string) => ({ path, before: null, after: { id: '0'.repeat(40), mode: '100644' } })
  const paths = ['../a', '/a', 'a/../b', './a', 'a//b', '.git/config', 'a/.GIT/x', '.']
  const refused = changeRefusals(paths.map(change), { refusalOf: () => null, leftOut: [], paths })
  expect(refused.map(({ path }) => path)).toEqual(paths)
})

it('stops at the first failure, and lets what is running end', async () => {
  const done: number[] = []
  const work = async (item: number) => {
    await Promise.resolve()
    if (item === 2) throw new Error('two')
    done.push(item)
  }
  await expect(inParallel([1, 2, 3, 4, 5, 6], 2, work)).rejects.toThrow('two')
  expect(done).toContain(1)
  expect(done).not.toContain(6)
})

it.skipIf(!isRoot)('keeps the owner of a file that root changes, and gives a new one to whoever owns the folder', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a', 'folder/b.txt': 'b' } })
  const { root } = place.user
  chownSync(join(root, 'a.txt'), 1234, 4321)
  chownSync(join(root, 'folder'), 1235, 5321)
  const transaction = await place.begin()
  for (const path of ['a.txt', 'folder/new.txt']) await transaction.checkout.write(path, Buffer.from('by the run'))
  await transaction.apply()
  const owners = ['a.txt', 'folder/new.txt', 'folder/b.txt'].map((path) => lstatSync(join(root, path))).map(({ uid, gid }) => [uid, gid])
  expect(owners).toEqual([
    [1234, 4321],
    [1235, 5321],
    [0, 0],
  ])
})

it('holds to the rules for every tool where it is given no others', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a' } })
  const transaction = await beginTransaction({
    ...place,
    signal,
    openCheckout: (copy) => openCheckout({ ...copy, environment: place.repository.environment }),
  })
  mkdirSync(join(transaction.checkout.root, '.husky'))
  writeFileSync(join(transaction.checkout.root, '.husky/pre-commit'), 'exit 1')
  await expect(transaction.apply()).rejects.toMatchObject({
    code: 'CHANGES_REFUSED',
    message: expect.stringContaining('.husky/pre-commit'),
  })
  writeFileSync(join(transaction.checkout.root, '.env'), 'KEY=x')
  await expect(transaction.apply()).rejects.toThrow(/\(and 1 more\)/)
  await transaction.close()
})

it.skipIf(isRoot)('leaves out what the user may not read, and says so', async () => {
  const { user, begin } = await testPlace({ files: { 'a.txt': 'a' } })
  user.write('secret.txt', 'no one')
  chmodSync(join(user.root, 'secret.txt'), 0o000)
  const transaction = await begin()
  expect(Object.keys(filesOf(transaction.checkout.root))).toEqual(['a.txt'])
  expect(transaction.leftOut).toEqual([{ path: 'secret.txt', reason: 'It cannot be copied (EACCES).' }])
})

it.skipIf(isRoot)('leaves the tree as it was where a folder may not be written to', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a', 'folder/b.txt': 'b' } })
  const transaction = await place.begin()
  for (const path of ['a.txt', 'folder/b.txt']) await transaction.checkout.write(path, Buffer.from('by the run'))
  chmodSync(join(place.user.root, 'folder'), 0o555)
  await expect(transaction.apply()).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE', message: expect.stringContaining('EACCES') })
  expect(filesOf(place.user.root)).toEqual({ 'a.txt': 'file a', 'folder/b.txt': 'file b' })
  chmodSync(join(place.user.root, 'folder'), 0o755)
  await transaction.apply()
  chmodSync(join(place.user.root, 'folder'), 0o555)
  await expect(undoLastRun(place, { signal })).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' })
  chmodSync(join(place.user.root, 'folder'), 0o755)
  expect(filesOf(place.user.root)).toEqual({ 'a.txt': 'file by the run', 'folder/b.txt': 'file by the run' })
})

it('works where its folder is reached through a link, and the tree through another', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a' } })
  mkdirSync(join(place.folder, '../real'))
  symlinkSync('real', place.folder)
  const transaction = await place.begin()
  await transaction.checkout.write('a.txt', Buffer.from('b'))
  await transaction.apply()
  expect(treeOf(place.user.root)).toEqual({ 'a.txt': 'file b' })
})
