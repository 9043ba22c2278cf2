import { expect, it } from 'vitest'
import type { DraftFinding } from '../../src/domain/finding.ts'
import { readStateMarker, withStateMarker } from '../../src/publishers/markers.ts'
import { reviewStart } from '../../src/publishers/review-start.ts'
import type { ReviewState } from '../../src/publishers/review-state.ts'
import { fakeNumber } from '../helpers/fake-github.ts'
import { changed, scene, type Scene, signal } from './scene.ts'

const configDigest = 'digest'

/** From where the next review starts, with the questions answered by git itself. */
async function startOf({ github, repository }: Scene, digest = configDigest): Promise<string | null> {
  const succeeds = (...args: string[]) => {
    try {
      return repository.git(...args)
    } catch {
      return null
    }
  }
  const opened = await github()
  return reviewStart(opened, await opened.readPullRequest(fakeNumber, signal), {
    signal,
    configDigest: digest,
    isAncestor: async (one, other) => succeeds('merge-base', '--is-ancestor', one, other) !== null,
    hasMerge: async (from, to) => succeeds('rev-list', '--merges', `${from}..${to}`) !== '',
  })
}

async function reviewed(lines: Record<number, string> = { 5: 'BUG1', 30: 'BUG2' }) {
  const given = await scene({ feature: { 'a.ts': changed(lines) } })
  await given.publish({ configDigest })
  return { ...given, first: given.repository.git('rev-parse', 'feature').trim() }
}

function editState({ fake }: Scene, edit: (state: ReviewState) => ReviewState): void {
  const [note] = fake.notes
  const state = readStateMarker(note!.body)
  if (state === null || state === 'damaged') throw new Error('There is no state.')
  note!.body = withStateMarker('Another summary.', edit(state))
}

it('starts after the last reviewed commit where more was added', async () => {
  const given = await reviewed()
  given.push({ 'b.ts': 'BUG3\n' })
  expect(await startOf(given)).toBe(given.first)
})

it('starts anew where nothing was reviewed before', async () => {
  const given = await scene({ feature: { 'a.ts': changed({ 5: 'x' }) } })
  expect(await startOf(given)).toBeNull()
})

it('looks at everything again when the same head is reviewed again', async () => {
  expect(await startOf(await reviewed())).toBeNull()
})

it('looks at everything after a force push', async () => {
  const given = await reviewed()
  given.repository.git('commit', '--quiet', '--amend', '-m', 'Again')
  given.push({ 'b.ts': 'x\n' })
  expect(await startOf(given)).toBeNull()
})

it('looks at everything when the base was merged in between', async () => {
  const given = await reviewed()
  const { repository } = given
  repository.git('checkout', '--quiet', 'main')
  repository.commit('On main', { 'm.ts': 'x\n' })
  repository.git('checkout', '--quiet', 'feature')
  repository.git('merge', '--quiet', '--no-edit', 'main')
  given.push({ 'b.ts': 'x\n' })
  expect(await startOf(given)).toBeNull()
})

it('looks at everything when the configuration is another', async () => {
  const given = await reviewed()
  given.push({ 'b.ts': 'x\n' })
  expect(await startOf(given, 'other')).toBeNull()
})

it.each<[string, (state: ReviewState) => ReviewState]>([
  ['the base is another', (state) => ({ ...state, base: 'develop' })],
  ['the version is another', (state) => ({ ...state, tool: '0.0.1' })],
  ['the last review was not finished', (state) => ({ ...state, isSound: false })],
  ['the last commit is not here', (state) => ({ ...state, head: 'f'.repeat(40) })],
])('looks at everything when %s', async (_name, edit) => {
  const given = await reviewed()
  given.push({ 'b.ts': 'x\n' })
  editState(given, edit)
  expect(await startOf(given)).toBeNull()
})

it('looks at everything when the marker is damaged, and heals it', async () => {
  const given = await reviewed()
  given.push({ 'b.ts': 'x\n' })
  const [note] = given.fake.notes
  note!.body = note!.body.replace(/(agent:state .{20}).{10}/, '$1')
  expect(await startOf(given)).toBeNull()
  expect(await given.publish({ configDigest })).toMatchObject({ posted: 0, kept: 2 })
  expect(readStateMarker(given.fake.notes[0]!.body)).toMatchObject({ isSound: true })
  expect(given.fake.notes).toHaveLength(1)
})

it('does not build on a review that could not see everything, or that a stranger could write', async () => {
  for (const rest of [{ isUntrusted: true }, { report: { completeness: 'partial' as const } }]) {
    const given = await scene({ feature: { 'a.ts': changed({ 5: 'BUG1' }) } })
    const { report } = await given.review()
    await given.publish({ configDigest, ...rest, report: { ...report, ...('report' in rest ? rest.report : {}) } })
    given.push({ 'b.ts': 'x\n' })
    expect(await startOf(given)).toBeNull()
  }
})

it('does not believe a state that a stranger has written', async () => {
  const given = await reviewed()
  given.push({ 'b.ts': 'x\n' })
  given.fake.notes[0]!.login = 'stranger'
  expect(await startOf(given)).toBeNull()
})

it('tells what a later push adds, keeps what was there, and resolves what it changed', async () => {
  const given = await reviewed()
  given.push({ 'a.ts': changed({ 5: 'solved', 30: 'BUG2' }), 'b.ts': 'BUG3\n' })
  const from = await startOf(given)
  expect(await given.publish({ from: from!, configDigest })).toMatchObject({ posted: 1, kept: 1, resolved: 1 })
  expect(given.fake.comments.map(({ path, line, isResolved }) => [path, line, isResolved])).toEqual([
    ['a.ts', 5, true],
    ['a.ts', 30, false],
    ['b.ts', 1, false],
  ])
  expect(given.fake.notes[0]!.body).toMatch(/^### agent review: 2 errors, 1 resolved\n/)
  expect(readStateMarker(given.fake.notes[0]!.body)).toMatchObject({ open: [{ path: 'b.ts' }, { path: 'a.ts', line: 30 }] })
})

it('carries findings over several pushes, also where their lines move', async () => {
  const given = await reviewed()
  for (const [index, text] of ['// one', '// one\n// two', '// one\n// two\n// three'].entries()) {
    given.push({ 'a.ts': `${text}\n${changed({ 5: 'BUG1', 30: 'BUG2' })}` })
    expect(await given.publish({ from: (await startOf(given))!, configDigest })).toMatchObject({ posted: 0, kept: 2, resolved: 0 })
    expect(readStateMarker(given.fake.notes[0]!.body)).toMatchObject({ open: [{ line: 6 + index }, { line: 31 + index }] })
  }
  expect(given.fake.comments).toHaveLength(2)
})

it('carries over what only the summary told, and lets it go with its lines or its file', async () => {
  const edit = (finding: DraftFinding) =>
    finding.evidence === 'BUG2' ? { ...finding, evidence: '', region: { ...finding.region, startLine: null, endLine: null } } : finding
  const given = await scene({ feature: { 'a.ts': changed({ 5: 'BUG1' }), 'whole.ts': 'BUG2\n' } })
  await given.publish({ configDigest, edit, maxComments: 0 })
  given.push({ 'c.ts': 'x\n' })
  expect(await given.publish({ from: (await startOf(given))!, configDigest, edit })).toMatchObject({ kept: 2, resolved: 0 })
  given.repository.git('rm', '--quiet', 'whole.ts')
  given.push({ 'a.ts': changed({ 5: 'solved' }) })
  expect(await given.publish({ from: (await startOf(given))!, configDigest, edit })).toMatchObject({ kept: 0, resolved: 2 })
})

it('carries a finding over into the new name of its file', async () => {
  const given = await reviewed({ 5: 'const BUG = 1' })
  given.repository.git('mv', 'a.ts', 'b.ts')
  given.repository.commit('Rename')
  expect(await given.publish({ from: (await startOf(given))!, configDigest })).toMatchObject({ posted: 0, kept: 1, resolved: 0 })
  expect(readStateMarker(given.fake.notes[0]!.body)).toMatchObject({ open: [{ path: 'b.ts', line: 5 }] })
})

it('leaves no trace of a commit that was pushed away by force', async () => {
  const given = await reviewed()
  given.repository.git('reset', '--quiet', '--hard', 'main')
  given.push({ 'a.ts': changed({ 30: 'BUG2' }) })
  expect(await startOf(given)).toBeNull()
  expect(await given.publish({ configDigest })).toMatchObject({ posted: 0, kept: 1, resolved: 1 })
})
