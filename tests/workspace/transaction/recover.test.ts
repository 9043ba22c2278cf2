import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { recoverTransactions } from '../../../src/workspace/transaction/recover-transactions.ts'
import { undoLastRun } from '../../../src/workspace/transaction/undo-last-run.ts'
import { applyEdits, type Edit } from '../../helpers/transaction-edits.ts'
import { signal, type TestPlace, testPlace, treeOf } from '../../helpers/transaction-place.ts'
import { runChild } from '../../helpers/transaction-process.ts'

const write = (path: string, content: string): Edit => ({ kind: 'write', path, content })

async function applyRun(place: TestPlace, edits: readonly Edit[]) {
  const transaction = await place.begin()
  applyEdits(transaction.checkout.root, edits)
  const applied = await transaction.apply()
  await transaction.close()
  return applied
}

const recover = (place: TestPlace) => recoverTransactions(place, { signal })
const undo = (place: TestPlace) => undoLastRun(place, { signal })
const journalOf = ({ folder }: TestPlace, ending: string) =>
  join(folder, readdirSync(folder).find((name) => name.endsWith(ending)) ?? 'none')

/** Makes an applied run look like one that was killed just before it was marked. */
function unmark(place: TestPlace): string {
  const applied = journalOf(place, '.applied')
  const pending = applied.replace('.applied', '.pending')
  renameSync(applied, pending)
  return pending
}

it('finds nothing where no run ever was, and makes no folder to find that out', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a' } })
  expect(await recover(place)).toEqual([])
  expect(existsSync(place.folder)).toBe(false)
})

it('finishes a run that was all but done, and says so', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a', 'b.txt': 'b' } })
  const { id } = await applyRun(place, [write('a.txt', 'run'), write('b.txt', 'run')])
  unmark(place)
  place.user.write('a.txt', 'a')
  place.user.write(`.agent-${id}-0.tmp`, 'left over')
  expect(await recover(place)).toEqual([
    {
      code: 'RUN_COMPLETED',
      message: `A run (${id}) was interrupted while changing your files; all 2 files are now as it meant them.`,
      hint: 'Take it back with: agent undo',
    },
  ])
  expect(treeOf(place.user.root)).toEqual({ 'a.txt': 'file run', 'b.txt': 'file run' })
  await undo(place)
  expect(treeOf(place.user.root)).toEqual({ 'a.txt': 'file a', 'b.txt': 'file b' })
})

it('drops a run that had not changed anything yet', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a', 'b.txt': 'b' } })
  const { id } = await applyRun(place, [write('a.txt', 'run'), write('new/b.txt', 'run')])
  unmark(place)
  place.user.write('a.txt', 'a')
  rmSync(join(place.user.root, 'new'), { recursive: true })
  expect(await recover(place)).toEqual([
    { code: 'RUN_TAKEN_BACK', message: `A run (${id}) was interrupted before it changed anything; it was dropped.`, hint: 'Run it again.' },
  ])
  expect(treeOf(place.user.root)).toEqual({ 'a.txt': 'file a', 'b.txt': 'file b' })
  await expect(undo(place)).rejects.toMatchObject({ code: 'NOTHING_TO_UNDO' })
})

it('takes back what it can where a folder became a link since, and writes nothing through it', async () => {
  const place = await testPlace({ files: { 'folder/a.txt': 'a', 'b.txt': 'b' } })
  await applyRun(place, [write('folder/a.txt', 'run'), write('b.txt', 'run')])
  unmark(place)
  renameSync(join(place.user.root, 'folder'), join(place.user.root, '../elsewhere'))
  symlinkSync('../elsewhere', join(place.user.root, 'folder'))
  expect(await recover(place)).toMatchObject([{ code: 'RUN_TAKEN_BACK', message: expect.stringContaining('"folder/a.txt"') }])
  expect(readFileSync(join(place.user.root, '../elsewhere/a.txt'), 'utf8')).toBe('run')
  expect(readFileSync(join(place.user.root, 'b.txt'), 'utf8')).toBe('b')
})

it.each<[string, (journal: string) => void]>([
  ['is not JSON', (journal) => writeFileSync(join(journal, 'journal.json'), '{"version":1')],
  ['is missing', (journal) => rmSync(join(journal, 'journal.json'))],
  ['is of another version', (journal) => rewrite(journal, { version: 2 })],
  ['is about another tree', (journal) => rewrite(journal, { root: '/elsewhere' })],
  ['has another name', (journal) => rewrite(journal, { id: '00000077-00000000' })],
  ['names a file outside', (journal) => rewrite(journal, { entries: [{ path: '../outside.txt', before: null, after: null }] })],
  ['names a file of git', (journal) => rewrite(journal, { entries: [{ path: '.git/config', before: null, after: null }] })],
  ['names a folder outside', (journal) => rewrite(journal, { folders: { made: ['../outside'], removed: [] } })],
  [
    'has lost bytes',
    (journal) => {
      for (const name of readdirSync(journal)) if (name !== 'journal.json') writeFileSync(join(journal, name), 'other bytes')
    },
  ],
])('sets a journal aside that %s, and says so', async (_name, damage) => {
  const place = await testPlace({ files: { 'a.txt': 'a' } })
  await applyRun(place, [write('a.txt', 'run')])
  damage(unmark(place))
  place.user.write('a.txt', 'a')
  const before = treeOf(join(place.user.root, '..'))
  expect(await recover(place)).toMatchObject([{ code: 'JOURNAL_UNUSABLE', message: expect.stringContaining('.damaged') }])
  expect(treeOf(join(place.user.root, '..'))).toEqual(before)
  expect(await recover(place)).toEqual([])
  await applyRun(place, [write('a.txt', 'again')])
  expect(treeOf(place.user.root)).toEqual({ 'a.txt': 'file again' })
})

function rewrite(journal: string, changed: object): void {
  const path = join(journal, 'journal.json')
  writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), ...changed }))
}

it('says where the journal of a run that is to be taken back is damaged', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a' } })
  await applyRun(place, [write('a.txt', 'run')])
  rmSync(join(journalOf(place, '.applied'), 'journal.json'))
  await expect(undo(place)).rejects.toMatchObject({ code: 'JOURNAL_UNUSABLE', message: expect.stringContaining('.applied') })
})

it('removes the copies of processes that are gone, and no others', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a' } })
  const transaction = await place.begin()
  const [mine] = readdirSync(place.folder)
  const child = spawn(process.execPath, ['-e', '0'])
  await once(child, 'close')
  const dead = mine!.replace(`-${process.pid}-`, `-${child.pid}-`)
  const foreign = dead.replace(/^copy-[0-9a-f]{8}/, 'copy-00000000')
  for (const name of [dead, foreign]) cpSync(join(place.folder, mine!), join(place.folder, name), { recursive: true })
  expect(await recover(place)).toEqual([])
  expect(readdirSync(place.folder).toSorted()).toEqual([mine!, foreign].toSorted())
  expect(existsSync(transaction.checkout.root)).toBe(true)
})

it('is safe where two processes recover at once', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a', 'b.txt': 'b' } })
  await applyRun(place, [write('a.txt', 'run'), write('b.txt', 'run')])
  unmark(place)
  place.user.write('a.txt', 'a')
  const endings = await Promise.all([runChild(place, { action: 'recover' }), runChild(place, { action: 'recover' }), recover(place)])
  expect(endings.slice(0, 2)).toEqual([1, 2].map(() => ({ output: expect.stringMatching(/^ready\nchanges \d+\n$/), signal: null })))
  expect(treeOf(place.user.root)).toEqual({ 'a.txt': 'file run', 'b.txt': 'file run' })
})

it('puts a dead run right before it applies the next one', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a', 'b.txt': 'b' } })
  await applyRun(place, [write('a.txt', 'first'), write('b.txt', 'first')])
  unmark(place)
  place.user.write('a.txt', 'a')
  await expect(applyRun(place, [write('a.txt', 'second')])).rejects.toMatchObject({ code: 'CHANGES_CONFLICT' })
  expect(treeOf(place.user.root)).toEqual({ 'a.txt': 'file first', 'b.txt': 'file first' })
})

it('takes nothing back where a file has changed since, and names it', async () => {
  const place = await testPlace({ files: { 'a.txt': 'a', 'b.txt': 'b' } })
  await applyRun(place, [write('a.txt', 'run'), write('b.txt', 'run')])
  place.user.write('b.txt', 'mine')
  await expect(undo(place)).rejects.toMatchObject({
    code: 'CHANGES_CONFLICT',
    message: expect.stringContaining('"b.txt" is not as the last run left it'),
  })
  expect(treeOf(place.user.root)).toEqual({ 'a.txt': 'file run', 'b.txt': 'file mine' })
  place.user.write('b.txt', 'run')
  await undo(place)
  expect(treeOf(place.user.root)).toEqual({ 'a.txt': 'file a', 'b.txt': 'file b' })
})

it('takes back one run after the other, newest first, and then says that there is none', async () => {
  const place = await testPlace({ files: { 'a.txt': '0' } })
  for (const content of ['1', '2', '3']) await applyRun(place, [write('a.txt', content)])
  for (const content of ['2', '1', '0']) {
    await undo(place)
    expect(treeOf(place.user.root)).toEqual({ 'a.txt': `file ${content}` })
  }
  await expect(undo(place)).rejects.toMatchObject({ code: 'NOTHING_TO_UNDO', exitCode: 2 })
  await applyRun(place, [write('a.txt', '4')])
  await undo(place)
  expect(treeOf(place.user.root)).toEqual({ 'a.txt': 'file 0' })
})

it('keeps the last twenty runs', async () => {
  const place = await testPlace({ files: { 'a.txt': '0' } })
  await applyRun(place, [write('a.txt', '1')])
  const first = journalOf(place, '.applied')
  for (let number = 2; number <= 21; number++)
    cpSync(first, join(place.folder, `${String(number).padStart(8, '0')}-00000000.applied`), { recursive: true })
  const { id } = await applyRun(place, [write('a.txt', '2')])
  const names = readdirSync(place.folder).toSorted()
  expect([names.length, names[0], names.at(-1)]).toEqual([20, '00000003-00000000.applied', `${id}.applied`])
  mkdirSync(join(place.folder, 'not-ours'))
  expect(await recover(place)).toEqual([])
})
