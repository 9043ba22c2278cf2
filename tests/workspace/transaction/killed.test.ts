import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { recoverTransactions } from '../../../src/workspace/transaction/recover-transactions.ts'
import { undoLastRun } from '../../../src/workspace/transaction/undo-last-run.ts'
import { seededRandom } from '../../helpers/seeded-random.ts'
import { applyEdits, type Edit } from '../../helpers/transaction-edits.ts'
import { gitState, signal, type TestPlace, testPlace, treeOf } from '../../helpers/transaction-place.ts'
import { runChild } from '../../helpers/transaction-process.ts'

const files = {
  'a.txt': 'one\n',
  'b.txt': 'two\n',
  'deep/folder/c.txt': 'three\n',
  'only/here.txt': 'four\n',
  'was-file': 'five\n',
  'was-folder/d.txt': 'six\n',
  'tool.sh': '#!/bin/sh\n',
  'untouched.txt': 'seven\n',
}

const edits: Edit[] = [
  { kind: 'write', path: 'a.txt', content: 'ONE\n' },
  { kind: 'write', path: 'b.txt', content: '\0\xff\r\n' },
  { kind: 'remove', path: 'deep/folder/c.txt' },
  { kind: 'remove', path: 'only' },
  { kind: 'replace', path: 'was-file/inside.txt', content: 'new\n' },
  { kind: 'replace', path: 'was-folder', content: 'new\n' },
  { kind: 'write', path: 'tool.sh', content: '#!/bin/sh\n', isProgram: true },
  { kind: 'write', path: 'made/of/folders.txt', content: '' },
]

type Tree = Record<string, string>

interface Story {
  place: TestPlace
  old: Tree
  new: Tree
}

/** A repository with changes of the user's own, and what it looks like before and after the run. */
async function prepare(): Promise<Story> {
  const place = await testPlace({ files })
  place.user.stage({ 'a.txt': 'staged\n' })
  place.user.write('a.txt', 'mine\n')
  place.user.write('untracked.txt', 'mine\n')
  const old = treeOf(place.user.root)
  const transaction = await place.begin()
  applyEdits(transaction.checkout.root, edits)
  const changed = withoutEmptyFolders(treeOf(transaction.checkout.root))
  await transaction.close()
  return { place, old, new: changed }
}

/** Git does not keep a folder that has become empty, and neither does a run. */
function withoutEmptyFolders(tree: Tree): Tree {
  const paths = Object.keys(tree)
  return Object.fromEntries(
    Object.entries(tree).filter(
      ([path]) => !path.endsWith('/') || paths.some((other) => other !== path && other.startsWith(path) && !other.endsWith('/')),
    ),
  )
}

async function expectWhole({ place, old, new: changed }: Story): Promise<'old' | 'new'> {
  await recoverTransactions(place, { signal })
  const tree = treeOf(place.user.root)
  const which = JSON.stringify(tree) === JSON.stringify(changed) ? 'new' : 'old'
  expect(tree).toEqual(which === 'new' ? changed : old)
  // No journal under way, and no copy; the lock of a dead process is the next one's to take.
  const names = existsSync(place.folder) ? readdirSync(place.folder) : []
  expect(names.filter((name) => !/^\.lock|\.(applied|undone)$/.test(name))).toEqual([])
  expect(await recoverTransactions(place, { signal })).toEqual([])
  return which
}

async function countChanges(action: 'apply' | 'undo' | 'recover', story: Story): Promise<number> {
  const { output } = await runChild(story.place, { action, edits })
  expect(output).toMatch(/^ready\nchanges \d+\n$/)
  return Number(/changes (\d+)/.exec(output)?.[1])
}

/** Different moments, spread over all there are; every one of them with SOAK. */
function moments(count: number, wanted: number): number[] {
  const all = Array.from({ length: count }, (_, index) => index + 1)
  if (process.env.SOAK === '1' || wanted >= count) return all
  const random = seededRandom(count)
  const step = count / wanted
  return Array.from({ length: wanted }, (_, index) => all[Math.floor(index * step + random.next() * step)]!)
}

it('leaves the tree wholly old or wholly new, whichever change to the disk a killed run was at', { timeout: 600_000 }, async () => {
  const count = await countChanges('apply', await prepare())
  const endings = new Set<string>()
  for (const killAt of moments(count, 8)) {
    const story = await prepare()
    const git = gitState(story.place.user)
    expect(await runChild(story.place, { action: 'apply', edits, killAt })).toEqual({ output: 'ready\n', signal: 'SIGKILL' })
    const which = await expectWhole(story)
    endings.add(which)
    expect(gitState(story.place.user)).toEqual(git)
    if (which === 'new') {
      await undoLastRun(story.place, { signal })
      expect(treeOf(story.place.user.root)).toEqual(story.old)
    }
  }
  expect([...endings].toSorted()).toEqual(['new', 'old'])
})

it('does so at any moment in time', { timeout: 600_000 }, async () => {
  const random = seededRandom(7)
  const runs = process.env.SOAK === '1' ? 200 : 4
  for (let run = 0; run < runs; run++) {
    const story = await prepare()
    await runChild(story.place, { action: 'apply', edits, killAfter: random.next() * 120 })
    await expectWhole(story)
  }
})

it('puts it right though recovery itself is killed', { timeout: 600_000 }, async () => {
  const total = await countChanges('apply', await prepare())
  for (const killAt of moments(total, 3).filter((moment) => moment > 1)) {
    const story = await prepare()
    await runChild(story.place, { action: 'apply', edits, killAt })
    for (const again of [9, 14, 4]) await runChild(story.place, { action: 'recover', killAt: again })
    await expectWhole(story)
  }
})

it('takes a run back wholly or not at all, whenever that is killed', { timeout: 600_000 }, async () => {
  const first = await prepare()
  await runChild(first.place, { action: 'apply', edits })
  for (const killAt of moments(await countChanges('undo', first), 4)) {
    const story = await prepare()
    await runChild(story.place, { action: 'apply', edits })
    await runChild(story.place, { action: 'undo', killAt })
    if ((await expectWhole(story)) === 'old') continue
    await undoLastRun(story.place, { signal })
    expect(treeOf(story.place.user.root)).toEqual(story.old)
  }
})

it('leaves the tree as it was where the disk is full, at whichever change', { timeout: 600_000 }, async () => {
  const count = await countChanges('apply', await prepare())
  const endings = new Set<string>()
  for (const failAt of moments(count, 8)) {
    const story = await prepare()
    const { output } = await runChild(story.place, { action: 'apply', edits, killAt: -failAt })
    endings.add(output.split('\n')[1]?.replace(/\d+/, 'n') ?? '')
    if (output.includes('DISK_FULL')) expect(treeOf(story.place.user.root)).toEqual(story.old)
    await expectWhole(story)
  }
  expect(endings).toContain('failed DISK_FULL')
})

it('takes a run back wholly or not at all where the disk is full', { timeout: 600_000 }, async () => {
  const first = await prepare()
  await runChild(first.place, { action: 'apply', edits })
  for (const failAt of moments(await countChanges('undo', first), 4)) {
    const story = await prepare()
    await runChild(story.place, { action: 'apply', edits })
    const { output } = await runChild(story.place, { action: 'undo', killAt: -failAt })
    if (output.includes('DISK_FULL')) expect(treeOf(story.place.user.root)).toEqual(story.new)
    if ((await expectWhole(story)) === 'old') continue
    await undoLastRun(story.place, { signal })
    expect(treeOf(story.place.user.root)).toEqual(story.old)
  }
})

it('leaves alone what the user has changed since a run was killed, and takes back the rest', async () => {
  const many: Edit[] = Array.from({ length: 12 }, (_, index) => ({ kind: 'write', path: `file-${index}.txt`, content: 'by the run\n' }))
  const place = await testPlace({ files: Object.fromEntries(many.map(({ path }) => [path, 'before\n'])) })
  const old = treeOf(place.user.root)
  const total = Number(/changes (\d+)/.exec((await runChild(place, { action: 'apply', edits: many })).output)?.[1])
  await undoLastRun(place, { signal })
  const changedPaths = () =>
    Object.entries(treeOf(place.user.root)).flatMap(([path, content]) =>
      path.startsWith('file-') && content.includes('by the run') ? [path] : [],
    )
  // The last changes to the disk are the renames in the tree, the marks on the journal, and the lock.
  for (let killAt = total; killAt > 0; killAt--) {
    await runChild(place, { action: 'apply', edits: many, killAt })
    if (changedPaths().length > 3 && changedPaths().length < 10) break
    await recoverTransactions(place, { signal })
    if (changedPaths().length > 0) await undoLastRun(place, { signal })
  }
  const [changed = ''] = changedPaths()
  writeFileSync(join(place.user.root, changed), 'mine now\n')
  expect(await recoverTransactions(place, { signal })).toEqual([
    {
      code: 'RUN_TAKEN_BACK',
      message: expect.stringContaining(`you have changed "${changed}" since`),
      hint: expect.stringContaining('.partial'),
    },
  ])
  expect(treeOf(place.user.root)).toEqual({ ...old, [changed]: 'file mine now\n' })
  expect(await recoverTransactions(place, { signal })).toEqual([])
})
