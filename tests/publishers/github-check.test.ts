import { expect, it } from 'vitest'
import type { DraftFinding } from '../../src/domain/finding.ts'
import { githubCheck } from '../../src/publishers/github-check.ts'
import type { Publication } from '../../src/publishers/publisher.ts'
import { fakeNumber } from '../helpers/fake-github.ts'
import { changed, scene, type Scene, signal } from './scene.ts'

const bugs = (count: number) => ({ 'many.ts': `${Array.from({ length: count }, (_, index) => `BUG number ${index}`).join('\n')}\n` })
const as = (severity: DraftFinding['severity']) => (finding: DraftFinding) => ({ ...finding, severity })

async function check(
  { github, review }: Scene,
  { edit, token, ...rest }: Partial<Publication> & { edit?: (finding: DraftFinding) => DraftFinding; token?: string } = {},
) {
  const opened = await github(token)
  const { report, change } = await review(edit ? { edit } : {})
  const pullRequest = await opened.readPullRequest(fakeNumber, signal)
  return githubCheck(opened).publish({ report, change, pullRequest, reviewedFrom: null, maxComments: 1000, ...rest }, signal)
}

it('writes one check with all annotations, fifty at a time', async () => {
  const given = await scene({ feature: bugs(120) })
  expect(await check(given)).toMatchObject({ posted: 120, summarised: 0, url: expect.stringContaining('check_run_id') })
  expect(given.fake.checks).toHaveLength(1)
  expect(given.fake.checks[0]!.annotations.map(({ start_line: line }) => line)).toEqual(
    Array.from({ length: 120 }, (_, index) => index + 1),
  )
  expect([given.fake.asked('POST', /check-runs$/).length, given.fake.asked('PATCH', /check-runs/).length]).toEqual([1, 2])
})

it('annotates the worst, as many as there may be', async () => {
  const given = await scene({ feature: bugs(5) })
  const edit = (finding: DraftFinding) => (finding.evidence.endsWith('3') ? finding : { ...finding, severity: 'note' as const })
  expect(await check(given, { edit, maxComments: 1 })).toMatchObject({ posted: 1, summarised: 4 })
  expect(given.fake.checks[0]!.annotations).toMatchObject([{ start_line: 4, annotation_level: 'failure' }])
})

it.each([
  ['error', undefined, 'failure'],
  ['warning', undefined, 'neutral'],
  ['warning', 'warning', 'failure'],
  ['error', 'never', 'neutral'],
] as const)('concludes for %s with a threshold of %s: %s', async (severity, failOn, conclusion) => {
  const given = await scene({ feature: bugs(1) })
  await check(given, { edit: as(severity), ...(failOn && { failOn }) })
  expect(given.fake.checks[0]).toMatchObject({ conclusion, name: 'agent review', title: `1 ${severity}` })
})

it('is a success only where everything was looked at and nothing found, by whom we know', async () => {
  const given = await scene({ feature: { 'a.ts': changed({ 5: 'fine' }) } })
  await check(given)
  const { report } = await given.review()
  await check(given, { report: { ...report, completeness: 'partial' } })
  await check(given, { isUntrusted: true, report: { ...report, timing: { ...report.timing, totalMs: 1 } } })
  expect(given.fake.checks.map(({ conclusion, title }) => [conclusion, title])).toEqual([
    ['success', 'no findings'],
    ['neutral', 'no findings, incomplete'],
    ['neutral', 'no findings'],
  ])
})

it.each([502, 0])('writes one check when the answer is lost (%i)', async (status) => {
  const given = await scene({ feature: bugs(1) })
  given.fake.faults.push({ method: 'POST', path: /check-runs$/, status, isDone: true })
  expect(await check(given)).toMatchObject({ posted: 1 })
  expect(given.fake.checks).toHaveLength(1)
})

it('writes again when it was not written', async () => {
  const given = await scene({ feature: bugs(1) })
  given.fake.faults.push({ method: 'POST', path: /check-runs$/, status: 503 })
  await check(given)
  expect(given.fake.checks).toHaveLength(1)
})

it('gives up on a server that stays broken', async () => {
  const given = await scene({ feature: bugs(1) })
  given.fake.faults.push({ method: 'POST', path: /check-runs$/, status: 503, times: 9 })
  await expect(check(given)).rejects.toMatchObject({ code: 'PUBLISH_FAILED' })
})

it('says that a personal token may not write checks', async () => {
  const given = await scene({ feature: bugs(1) }, { tokens: { mine: 'ada' } })
  await expect(check(given, { token: 'mine' } as never)).rejects.toMatchObject({
    message: expect.stringMatching(/may not create a check/),
    hint: expect.stringContaining('checks: write'),
  })
})

it('stays with the commit that was reviewed when the head moves', async () => {
  const given = await scene({ feature: bugs(1) })
  const opened = await given.github()
  const { report, change } = await given.review()
  const pullRequest = await opened.readPullRequest(fakeNumber, signal)
  given.push({ 'other.ts': 'x\n' })
  const published = await githubCheck(opened).publish({ report, change, pullRequest, reviewedFrom: null, maxComments: 40 }, signal)
  expect(published.remarks).toEqual([expect.stringContaining('moved')])
  expect(given.fake.checks[0]!.head).toBe(pullRequest.head.sha)
})

it('leaves out annotations on files that the pull request does not have, and hides nothing', async () => {
  const given = await scene({ feature: bugs(2) })
  const edit = (finding: DraftFinding) =>
    finding.evidence.endsWith('0')
      ? { ...finding, region: { ...finding.region, path: '../../etc/passwd' } }
      : { ...finding, message: 'a\u202eb', region: { ...finding.region, startLine: null, endLine: null } }
  expect(await check(given, { edit })).toMatchObject({ posted: 1, summarised: 1 })
  expect(given.fake.checks[0]!.annotations).toMatchObject([
    { path: 'many.ts', start_line: 1, message: expect.stringContaining('a<U+202E>b') },
  ])
})
