import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { recoverTransactions } from '../../../src/workspace/transaction/recover-transactions.ts'
import { recoverStaged } from '../../../src/workspace/staged/recover-staged.ts'
import { seededRandom } from '../../helpers/seeded-random.ts'
import { signal, treeOf } from '../../helpers/transaction-place.ts'
import { fixStaged, type StagedTestPlace, stagedPlace } from './staged-place.ts'

const script = fileURLToPath(new URL('./staged-child.ts', import.meta.url))

const rows = (changes: Record<number, string> = {}) => Array.from({ length: 9 }, (_, at) => `${changes[at] ?? `row ${at}`}\n`).join('')
const fixes = { 'whole.txt': 'fixed\n', 'deep/part.txt': rows({ 1: 'fixed' }), 'clash.txt': rows({ 1: 'fixed' }), 'other.txt': 'fixed\n' }

/** Files that are staged wholly, in part, and with other changes to the same lines. */
async function prepare(): Promise<StagedTestPlace> {
  const place = await stagedPlace({ 'whole.txt': 'x\n', 'deep/part.txt': rows(), 'clash.txt': rows(), 'other.txt': 'x\n' })
  place.user.stage({ 'whole.txt': 'staged\n', 'deep/part.txt': rows({ 1: 'staged' }), 'clash.txt': rows({ 1: 'staged' }) })
  place.user.write('deep/part.txt', rows({ 1: 'staged', 7: 'mine' }))
  place.user.write('clash.txt', rows({ 1: 'mine' }))
  return place
}

/** The same answer every time, found out only once. */
function once<Answer>(find: () => Promise<Answer>): () => Promise<Answer> {
  let answer: Promise<Answer> | null = null
  return () => (answer ??= find())
}

const stateOf = ({ user }: StagedTestPlace) => ({ tree: treeOf(user.root), index: user.git('ls-files', '--stage') })
type State = ReturnType<typeof stateOf>

/** What there is before and after a run that nobody interrupts. */
const endings = once(async () => {
  const place = await prepare()
  const old = stateOf(place)
  await fixStaged(place, fixes)
  return { old, new: stateOf(place) }
})

function runChild({ user, folder, patches }: StagedTestPlace, action: 'apply' | 'recover', killAt: number) {
  const args = [script, action, user.root, folder, patches, String(killAt), JSON.stringify(fixes)]
  const { stdout, signal: ending } = spawnSync(process.execPath, args, { env: user.environment, encoding: 'utf8' })
  return { output: stdout, ending }
}

const countChanges = once(async () => {
  const { output } = runChild(await prepare(), 'apply', 0)
  const found = /^changes (\d+)\n$/.exec(output)
  if (!found) throw new Error(`The run did not end: ${output}`)
  return Number(found[1])
})

/** Different moments, spread over all there are; every one of them with SOAK. */
function moments(count: number, wanted: number): number[] {
  if (process.env.SOAK === '1') return Array.from({ length: count }, (_, index) => index + 1)
  const random = seededRandom(count)
  return Array.from({ length: wanted }, (_, index) => 1 + Math.floor(((index + random.next()) * count) / wanted))
}

async function expectWhole(place: StagedTestPlace, all: { old: State; new: State }): Promise<'old' | 'new'> {
  await recoverTransactions(place, { signal })
  await recoverStaged(place, { signal })
  const state = stateOf(place)
  const which = state.index === all.new.index ? 'new' : 'old'
  expect(state).toEqual(all[which])
  // A fix that is not there has left no patch of it; one that is there has.
  const patches = existsSync(place.patches) ? readdirSync(place.patches, { recursive: true }).map(String) : []
  expect(patches.filter((name) => name.endsWith('.patch'))).toHaveLength(which === 'new' ? 1 : 0)
  expect(readdirSync(join(place.user.root, '.git')).filter((name) => /index./.test(name))).toEqual([])
  const journals = join(place.folder, 'staged')
  expect(existsSync(journals) ? readdirSync(journals) : []).toEqual([])
  expect(await recoverStaged(place, { signal })).toEqual([])
  place.user.git('add', 'other.txt')
  return which
}

it('leaves index and files wholly old or wholly new, whichever change to the disk a killed run was at', { timeout: 900_000 }, async () => {
  const [all, count] = [await endings(), await countChanges()]
  const seen = new Set<string>()
  for (const killAt of moments(count, 10)) {
    const place = await prepare()
    expect(runChild(place, 'apply', killAt)).toEqual({ output: '', ending: 'SIGKILL' })
    seen.add(await expectWhole(place, all))
  }
  expect([...seen].toSorted()).toEqual(['new', 'old'])
})

it('puts it right though recovery itself is killed', { timeout: 900_000 }, async () => {
  const [all, count] = [await endings(), await countChanges()]
  for (const killAt of moments(count, 3)) {
    const place = await prepare()
    runChild(place, 'apply', killAt)
    for (const again of [4, 9]) runChild(place, 'recover', again)
    await expectWhole(place, all)
  }
})

it('leaves index and files as they were where the disk is full, at whichever change', { timeout: 900_000 }, async () => {
  const [all, count] = [await endings(), await countChanges()]
  const seen = new Set<string>()
  for (const failAt of moments(count, 6)) {
    const place = await prepare()
    const { output } = runChild(place, 'apply', -failAt)
    seen.add(output.replace(/\d+/, 'n').trim())
    if (output.includes('DISK_FULL')) expect(stateOf(place)).toEqual(all.old)
    await expectWhole(place, all)
  }
  expect(seen).toContain('failed DISK_FULL')
})

/** The first moment at which a killed run has done something that stays done. */
async function firstMoment(isDone: (now: State, old: State) => boolean): Promise<number> {
  const { old } = await endings()
  let [early, late] = [0, await countChanges()]
  while (late - early > 1) {
    const [place, middle] = [await prepare(), Math.floor((early + late) / 2)]
    runChild(place, 'apply', middle)
    if (isDone(stateOf(place), old)) late = middle
    else early = middle
  }
  return late
}

/** The other files come later, and the index last. */
const halfway = once(() => firstMoment(({ tree }, old) => Object.keys(fixes).some((path) => tree[path] !== old.tree[path])))

async function killedHalfway(): Promise<StagedTestPlace> {
  const killAt = await halfway()
  const place = await prepare()
  runChild(place, 'apply', killAt)
  return place
}

it('leaves alone what the user has changed since a run was killed, and says so', { timeout: 120_000 }, async () => {
  const place = await killedHalfway()
  for (const path of ['whole.txt', 'other.txt']) writeFileSync(join(place.user.root, path), 'mine now\n')
  const notices = await recoverStaged(place, { signal })
  expect(notices).toEqual([
    { code: 'RUN_TAKEN_BACK', message: expect.stringContaining('"whole.txt"'), hint: expect.stringContaining('.partial') },
  ])
  expect(stateOf(place).tree).toMatchObject({ 'whole.txt': 'file mine now\n', 'other.txt': 'file mine now\n' })
  expect(await recoverStaged(place, { signal })).toEqual([])
})

it('sets a damaged journal aside, and says so', { timeout: 120_000 }, async () => {
  const place = await killedHalfway()
  const staged = join(place.folder, 'staged')
  const [name = ''] = readdirSync(staged)
  writeFileSync(join(staged, name, 'staged.json'), '{')
  expect(await recoverStaged(place, { signal })).toEqual([
    { code: 'JOURNAL_UNUSABLE', message: expect.stringContaining('.damaged'), hint: 'Look at your working tree with `git status`.' },
  ])
  expect(await recoverStaged(place, { signal })).toEqual([])
})

it('leaves fixed files as they are when the index of the hook is gone with its commit', { timeout: 120_000 }, async () => {
  const place = await killedHalfway()
  const staged = join(place.folder, 'staged')
  const [name = ''] = readdirSync(staged)
  for (const [path, content] of Object.entries(fixes)) if (path !== 'clash.txt') place.user.write(path, content)
  place.user.write('deep/part.txt', rows({ 1: 'fixed', 7: 'mine' }))
  const record = JSON.parse(readFileSync(join(staged, name, 'staged.json'), 'utf8')) as object
  writeFileSync(
    join(staged, name, 'staged.json'),
    JSON.stringify({ ...record, indexes: [join(place.user.root, '.git/next-index-1.lock')] }),
  )
  expect(await recoverStaged(place, { signal })).toEqual([expect.objectContaining({ code: 'RUN_COMPLETED' })])
  expect(stateOf(place).tree).toMatchObject({ 'whole.txt': 'file fixed\n', 'other.txt': 'file fixed\n' })
})

it('says that nothing is missing where the index was published before the run was killed', { timeout: 120_000 }, async () => {
  const killAt = await firstMoment(({ index }, old) => index !== old.index)
  const place = await prepare()
  runChild(place, 'apply', killAt)
  expect(await recoverStaged(place, { signal })).toEqual([
    { code: 'RUN_COMPLETED', message: expect.stringContaining('nothing is missing'), hint: '' },
  ])
  expect(stateOf(place)).toEqual((await endings()).new)
})
