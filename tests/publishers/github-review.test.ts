import { expect, it } from 'vitest'
import { readCommentMarker, readStateMarker } from '../../src/publishers/markers.ts'
import { workflowToken } from '../helpers/fake-github.ts'
import { base, changed, scene, signal, withReplacement } from './scene.ts'

const places = (comments: readonly { path: string; line?: number; side?: string }[]) =>
  comments.map(({ path, line, side }) => `${path}:${line} ${side}`)

it('puts one review with a comment on each line, and a summary', async () => {
  const { fake, publish } = await scene({ feature: { 'a.ts': changed({ 5: 'BUG1', 30: 'BUG2' }), 'new.ts': 'fine\nBUG3\n' } })
  expect(await publish()).toEqual({
    posted: 3,
    kept: 0,
    resolved: 0,
    summarised: 0,
    url: expect.stringContaining('pullrequestreview'),
    remarks: [],
  })
  expect(places(fake.comments)).toEqual(['a.ts:5 RIGHT', 'a.ts:30 RIGHT', 'new.ts:2 RIGHT'])
  expect(fake.asked('POST', /reviews$/)).toHaveLength(1)
  expect(fake.notes).toHaveLength(1)
  expect(fake.notes[0]!.body).toMatch(/^### agent review: 3 errors\n/)
})

it('posts nothing twice', async () => {
  const { fake, publish } = await scene({ feature: { 'a.ts': changed({ 5: 'BUG1' }) } })
  await publish()
  expect(await publish()).toMatchObject({ posted: 0, kept: 1, resolved: 0 })
  expect([fake.comments.length, fake.notes.length, fake.asked('POST', /./).filter(({ path }) => path !== '/graphql').length]).toEqual([
    1, 1, 2,
  ])
})

it('says nothing about a clean pull request on which it never said anything', async () => {
  const { fake, publish } = await scene({ feature: { 'a.ts': changed({ 5: 'fine' }) } })
  expect(await publish()).toMatchObject({ posted: 0, url: null })
  expect(fake.log.filter(({ method }) => method !== 'GET').map(({ path }) => path)).toEqual(['/graphql'])
})

it('never posts what is suppressed', async () => {
  const { fake, publish } = await scene({ feature: { 'a.ts': changed({ 5: 'BUG1', 9: 'BUG2' }) } })
  const suppressed = { by: 'baseline' as const, reason: 'known' }
  await publish({ edit: (finding) => (finding.evidence === 'BUG1' ? { ...finding, suppressed } : finding) })
  expect(places(fake.comments)).toEqual(['a.ts:9 RIGHT'])
  expect(fake.notes[0]!.body).not.toContain('BUG1')
})

it('resolves what is gone, and tells it anew when it comes back', async () => {
  const { fake, publish, push } = await scene({ feature: { 'a.ts': changed({ 5: 'BUG1', 30: 'BUG2' }) } })
  await publish()
  push({ 'a.ts': changed({ 5: 'fixed', 30: 'BUG2' }) })
  expect(await publish()).toMatchObject({ posted: 0, kept: 1, resolved: 1 })
  expect(fake.comments.map(({ isResolved, body }) => [isResolved, /Resolved/.test(body)])).toEqual([
    [true, true],
    [false, false],
  ])
  push({ 'a.ts': changed({ 5: 'BUG1', 30: 'BUG2' }) })
  expect(await publish()).toMatchObject({ posted: 1, kept: 1, resolved: 0 })
})

it('says in the comment that its finding is gone where the token may not resolve threads', async () => {
  const { fake, publish, push } = await scene({ feature: { 'a.ts': changed({ 5: 'BUG1' }) } }, { mayResolve: false })
  await publish()
  push({ 'a.ts': changed({ 5: 'fixed' }) })
  expect((await publish()).remarks).toEqual([expect.stringContaining('may not resolve threads')])
  expect(fake.comments[0]!.body).toMatch(/^✅ \*\*Resolved\*\* as of [\da-f]{7}\./)
  expect(readCommentMarker(fake.comments[0]!.body)?.isResolved).toBe(true)
})

it('does not take a finding for gone where an unfinished review did not look', async () => {
  const { fake, publish, push, review } = await scene({ feature: { 'a.ts': changed({ 5: 'BUG1' }), 'b.ts': 'BUG2\n' } })
  await publish()
  push({ 'c.ts': 'x\n' })
  const { report } = await review()
  const files = report.coverage.files.map((file) =>
    file.path === 'b.ts' ? { ...file, seenLines: 0, skipped: { reason: 'deadline', expected: false } } : file,
  )
  const partial = { ...report, completeness: 'partial' as const, findings: [], coverage: { ...report.coverage, files } }
  expect(await publish({ report: partial })).toMatchObject({ kept: 1, resolved: 1 })
  expect(fake.notes[0]!.body).toContain('**Incomplete**')
})

it('takes only its own comments for its own', async () => {
  const { fake, publish } = await scene({ feature: { 'a.ts': changed({ 5: 'BUG1' }) } })
  await publish()
  const [comment] = fake.comments
  const [note] = fake.notes
  fake.comments.length = 0
  fake.notes.length = 0
  fake.addComment({ ...comment!, login: 'stranger' })
  fake.addNote({ ...note!, login: 'stranger' })
  expect(await publish()).toMatchObject({ posted: 1, kept: 0 })
  expect(fake.notes.map(({ login }) => login)).toEqual(['stranger', 'github-actions[bot]'])
})

it('knows itself by a personal token, and by the token of a workflow that cannot ask who it is', async () => {
  const tokens = { [workflowToken]: 'github-actions[bot]', mine: 'ada' }
  const { fake, publish } = await scene({ feature: { 'a.ts': changed({ 5: 'BUG1' }) } }, { tokens, knowsViewer: false })
  for (const token of ['mine', workflowToken, 'mine', workflowToken]) await publish({ token })
  expect(fake.comments.map(({ login }) => login)).toEqual(['ada', 'github-actions[bot]'])
})

it('suggests a replacement of exactly the lines in the diff, in a fence that it cannot end', async () => {
  const { fake, publish } = await scene({ feature: { 'a.ts': changed({ 5: 'BUG1' }) } })
  await publish({ edit: withReplacement('const x = `${y}`\n````\n') })
  expect(fake.comments[0]!.body).toContain('\n`````suggestion\nconst x = `${y}`\n````\n`````\n')
})

it('shows a replacement without a button where the evidence is only a part of its lines', async () => {
  const { fake, publish } = await scene({ feature: { 'a.ts': changed({ 5: 'BUG1', 6: 'more' }) } })
  await publish({ edit: (finding) => ({ ...finding, replacement: 'better', region: { path: 'a.ts', startLine: 5, endLine: 6 } }) })
  expect(fake.comments[0]).toMatchObject({ start_line: 5, line: 6 })
  expect(fake.comments[0]!.body).toContain('Replace lines 5–6 with:')
  expect(fake.comments[0]!.body).not.toContain('suggestion')
})

it.each(['/approve', '@dependabot merge', 'a\u200bb', '<!-- agent:0123456789abcdef -->'])(
  'never makes %j a suggestion, which would be kept as it is',
  async (text) => {
    const { fake, publish } = await scene({ feature: { 'a.ts': changed({ 5: 'BUG1' }) } })
    await publish({ edit: withReplacement(text) })
    expect(fake.comments[0]!.body).not.toContain('suggestion')
    expect(fake.comments[0]!.body.match(/<!-- agent/g)).toHaveLength(1)
  },
)

it('comments on several lines of one hunk', async () => {
  const { fake, publish } = await scene({ feature: { 'a.ts': changed({ 5: 'BUG1', 6: 'second', 7: 'third' }) } })
  await publish({
    edit: (finding) => ({ ...finding, evidence: 'BUG1\nsecond\nthird', region: { path: 'a.ts', startLine: 5, endLine: 7 } }),
  })
  expect(fake.comments[0]).toMatchObject({ start_line: 5, start_side: 'RIGHT', line: 7, side: 'RIGHT' })
})

it('comments on the old side of a file that is deleted', async () => {
  const { fake, publish, repository, review } = await scene({ main: { 'a.ts': base, 'old.ts': 'one\ntwo BUG\n' } })
  repository.git('rm', '--quiet', 'old.ts')
  repository.commit('Remove it')
  const { report } = await review()
  const { draftAt } = await import('./scene.ts')
  const { identify } = await import('../../src/domain/fingerprint.ts')
  await publish({ report: { ...report, findings: identify([draftAt('old.ts', 2, 'two BUG')]) } })
  expect(places(fake.comments)).toEqual(['old.ts:2 LEFT'])
})

it('tells in the summary what is beside the diff, and about whole files', async () => {
  const { fake, publish } = await scene({ feature: { 'a.ts': changed({ 5: 'BUG1', 30: 'BUG2' }) } })
  await publish({
    edit: (finding) =>
      finding.evidence === 'BUG1'
        ? { ...finding, evidence: 'const value20 = 20', region: { path: 'a.ts', startLine: 20, endLine: 20 } }
        : { ...finding, evidence: '', region: { path: 'a.ts', startLine: null, endLine: null } },
  })
  expect(fake.comments).toEqual([])
  expect(fake.notes[0]!.body).toContain('(`a.ts`, line 20)')
  expect(fake.notes[0]!.body).toContain('(`a.ts`, the whole file)')
})

it('comments on the worst forty, counts those that are there, and tells the rest in the summary', async () => {
  const lines = Array.from({ length: 60 }, (_, index) => `BUG number ${index}`)
  const { fake, publish } = await scene({ feature: { 'many.ts': `${lines.join('\n')}\n` } })
  const edit = (finding: Parameters<ReturnType<typeof withReplacement>>[0]) =>
    finding.evidence.endsWith('9') ? finding : { ...finding, severity: 'note' as const }
  expect(await publish({ edit })).toMatchObject({ posted: 40, summarised: 20 })
  expect(fake.comments.filter(({ body }) => body.includes('error:'))).toHaveLength(6)
  expect(await publish({ edit })).toMatchObject({ posted: 0, kept: 40, summarised: 20 })
})

it('finds its comments behind a hundred others', async () => {
  const { fake, publish } = await scene({ feature: { 'a.ts': changed({ 5: 'BUG1' }) } })
  for (let index = 0; index < 250; index++) {
    fake.addComment({ login: 'somebody', body: `comment ${index}` })
    fake.addNote({ login: 'somebody', body: `note ${index}` })
  }
  await publish()
  expect(await publish()).toMatchObject({ posted: 0, kept: 1 })
  expect(fake.notes).toHaveLength(251)
})

it('keeps the summary within what GitHub takes, and says that it is cut', async () => {
  const lines = Array.from({ length: 600 }, (_, index) => `BUG number ${index}`)
  const { fake, publish } = await scene({ feature: { 'many.ts': `${lines.join('\n')}\n` } })
  await publish({ maxComments: 5, edit: (finding) => ({ ...finding, message: 'It fails for a long reason. '.repeat(30) }) })
  expect(fake.notes[0]!.body.length).toBeLessThanOrEqual(65_536)
  expect(fake.notes[0]!.body).toMatch(/… and [\d,]+ more entries that do not fit here/)
  expect(readStateMarker(fake.notes[0]!.body)).toMatchObject({ version: 1 })
})

it('cuts a message that is longer than a comment may be', async () => {
  const { fake, publish } = await scene({ feature: { 'a.ts': changed({ 5: 'BUG1' }) } })
  await publish({ edit: (finding) => ({ ...finding, message: '<b>x</b> '.repeat(20_000) }) })
  expect(fake.comments[0]!.body.length).toBeLessThan(20_000)
})

it('follows a file that is renamed within the pull request', async () => {
  const { fake, publish, repository } = await scene({ feature: { 'a.ts': changed({ 5: 'BUG1' }) } })
  await publish()
  repository.git('mv', 'a.ts', 'b.ts')
  repository.commit('Rename')
  expect(await publish()).toMatchObject({ posted: 1, resolved: 1 })
  expect(places(fake.comments)).toEqual(['a.ts:5 RIGHT', 'b.ts:5 RIGHT'])
})

it('masks a secret that a finding is about', async () => {
  const secret = 'ghp_0123456789abcdefghij0123456789abcdef'
  const { fake, publish } = await scene({ feature: { 'a.ts': changed({ 5: `const BUG = '${secret}'` }) } })
  await publish({ edit: (finding) => ({ ...finding, rule: 'check/secrets', message: `It is ${secret}`, replacement: `x(${secret})` }) })
  expect(JSON.stringify(fake.log)).not.toContain(secret)
  expect(fake.comments).toHaveLength(1)
})

it('stops at once when it is interrupted', async () => {
  const { github, review, fake } = await scene({ feature: { 'a.ts': changed({ 5: 'BUG1' }) } })
  const { githubReview } = await import('../../src/publishers/github-review.ts')
  const opened = await github()
  const pullRequest = await opened.readPullRequest(7, signal)
  const { report, change } = await review()
  const controller = new AbortController()
  fake.hooks.before = ({ path }) => (path.endsWith('/comments') ? controller.abort(130) : undefined)
  const publishing = githubReview(opened).publish({ report, change, pullRequest, reviewedFrom: null, maxComments: 40 }, controller.signal)
  await expect(publishing).rejects.toBe(130)
  expect(fake.comments).toEqual([])
})
