import { expect, it } from 'vitest'
import { openGithub } from '../../src/publishers/github.ts'
import { githubReview } from '../../src/publishers/github-review.ts'
import { fakeNumber, fakeRepository, workflowToken } from '../helpers/fake-github.ts'
import { readFreshChange } from '../../src/publishers/stand-on-head.ts'
import { changed, scene, signal } from './scene.ts'

const feature = { 'a.ts': changed({ 5: 'BUG1', 30: 'BUG2' }) }
const reviews = /reviews$/

it('places everything anew, once, when GitHub refuses a line', async () => {
  const { fake, publish, review } = await scene({ feature })
  const { change } = await review()
  // A change that claims lines which the pull request does not have.
  const wrong = {
    ...change,
    files: change.files.map((file) => ({
      ...file,
      hunks: file.hunks.map((hunk) => ({
        ...hunk,
        lines: hunk.lines.map((line) => ({ ...line, newLine: line.newLine === null ? null : line.newLine + 9 })),
      })),
    })),
  }
  expect(await publish({ change: wrong })).toMatchObject({ posted: 2, summarised: 0, remarks: [expect.stringContaining('placed anew')] })
  expect(fake.asked('POST', reviews)).toHaveLength(2)
  expect(fake.comments.map(({ line }) => line)).toEqual([5, 30])
})

it('tells everything in the summary when GitHub refuses again, and never posts one by one', async () => {
  const { fake, publish } = await scene({ feature })
  fake.faults.push({ method: 'POST', path: reviews, status: 422, times: 9 })
  expect(await publish()).toMatchObject({ posted: 0, summarised: 2 })
  expect(fake.asked('POST', reviews)).toHaveLength(2)
  expect(fake.notes[0]!.body).toContain('BUG2')
})

it('waits for a secondary limit as long as GitHub says, and goes on', async () => {
  const { fake, publish } = await scene({ feature })
  fake.faults.push({
    method: 'POST',
    path: reviews,
    status: 403,
    message: 'You have exceeded a secondary rate limit.',
    headers: { 'retry-after': '30' },
  })
  fake.faults.push({
    method: 'POST',
    path: /issues\/7\/comments$/,
    status: 429,
    message: 'You have exceeded a secondary rate limit.',
    headers: { 'retry-after': '1' },
  })
  expect(await publish()).toMatchObject({ posted: 2 })
  expect([fake.comments.length, fake.notes.length]).toEqual([2, 1])
})

it('does not wait for hours, and says how long it would have been', async () => {
  const { fake, publish } = await scene({ feature })
  fake.faults.push({
    method: 'POST',
    path: reviews,
    status: 403,
    message: 'You have exceeded a secondary rate limit.',
    headers: { 'retry-after': '3600' },
    times: 99,
  })
  await expect(publish()).rejects.toMatchObject({
    code: 'PUBLISH_FAILED',
    message: expect.stringContaining('limits'),
    hint: 'Try again after 3600 s.',
  })
  expect(fake.asked('POST', reviews)).toHaveLength(1)
})

it('gives up on a limit that never ends', async () => {
  const { fake, publish } = await scene({ feature })
  fake.faults.push({
    method: 'GET',
    path: /pulls\/7\/comments$/,
    status: 429,
    message: 'secondary rate limit',
    headers: { 'retry-after': '1' },
    times: 99,
  })
  await expect(publish()).rejects.toMatchObject({ code: 'PUBLISH_FAILED' })
  expect(fake.asked('GET', /pulls\/7\/comments$/).length).toBeLessThan(20)
})

it.each([502, 500, 0])('reads again after an answer of %i', async (status) => {
  const { fake, publish } = await scene({ feature })
  for (const path of [/pulls\/7$/, /pulls\/7\/comments$/, /issues\/7\/comments$/]) fake.faults.push({ method: 'GET', path, status })
  expect(await publish()).toMatchObject({ posted: 2 })
})

it.each([502, 0])('posts once when the answer to what was posted is lost (%i)', async (status) => {
  const { fake, publish } = await scene({ feature })
  fake.faults.push(
    { method: 'POST', path: reviews, status, isDone: true },
    { method: 'POST', path: /issues\/7\/comments$/, status, isDone: true },
  )
  expect(await publish()).toMatchObject({ posted: 2 })
  expect([fake.comments.length, fake.notes.length]).toEqual([2, 1])
  expect(fake.asked('POST', reviews)).toHaveLength(1)
})

it.each([502, 0])('posts again when it was not posted (%i)', async (status) => {
  const { fake, publish } = await scene({ feature })
  fake.faults.push({ method: 'POST', path: reviews, status }, { method: 'POST', path: /issues\/7\/comments$/, status })
  expect(await publish()).toMatchObject({ posted: 2 })
  expect([fake.comments.length, fake.notes.length]).toEqual([2, 1])
})

it('gives up on a server that stays broken', async () => {
  const { fake, publish } = await scene({ feature })
  fake.faults.push({ method: 'POST', path: reviews, status: 503, times: 99 })
  await expect(publish()).rejects.toMatchObject({ code: 'PUBLISH_FAILED', message: expect.stringContaining('503') })
  expect(fake.asked('POST', reviews)).toHaveLength(3)
})

it('leaves one comment and one summary when two runs post at the same time', async () => {
  const { fake, publish } = await scene({ feature })
  const [one, other] = await Promise.all([publish(), publish()])
  expect(one.posted + other.posted).toBeGreaterThanOrEqual(2)
  expect([fake.comments.length, fake.notes.length]).toEqual([2, 1])
})

it('holds findings against the new change when the head moves during the review', async () => {
  const { fake, github, review, push } = await scene({ feature })
  const opened = await github()
  const [pullRequest, { report, change }] = [await opened.readPullRequest(fakeNumber, signal), await review()]
  push({ 'a.ts': `// one more line\n${changed({ 5: 'BUG1', 30: 'solved' })}` })
  const published = await githubReview(opened).publish({ report, change, pullRequest, reviewedFrom: null, maxComments: 40 }, signal)
  expect(published).toMatchObject({
    posted: 1,
    summarised: 1,
    remarks: [expect.stringMatching(/^The pull request moved from [\da-f]{7} to [\da-f]{7}/)],
  })
  expect(fake.comments.map(({ line }) => line)).toEqual([6])
  expect(fake.notes[0]!.body).toContain('The pull request moved')
})

it('posts nothing when a review of a later head is there already', async () => {
  const { fake, github, review, push, publish } = await scene({ feature })
  const opened = await github()
  const [pullRequest, { report, change }] = [await opened.readPullRequest(fakeNumber, signal), await review()]
  push({ 'a.ts': changed({ 5: 'BUG1' }) })
  await publish()
  const [comments, notes] = [structuredClone(fake.comments), structuredClone(fake.notes)]
  const published = await githubReview(opened).publish({ report, change, pullRequest, reviewedFrom: null, maxComments: 40 }, signal)
  expect(published).toMatchObject({ posted: 0, remarks: [expect.stringContaining('later commit')] })
  expect([fake.comments, fake.notes]).toEqual([comments, notes])
})

it('goes on where somebody deleted its comments meanwhile', async () => {
  const { fake, publish, push } = await scene({ feature })
  await publish()
  push({ 'a.ts': changed({ 5: 'BUG1' }) })
  fake.faults.push({ method: 'PATCH', path: /comments/, status: 404, times: 2 })
  expect(await publish()).toMatchObject({ resolved: 1 })
  expect(fake.notes).toHaveLength(1)
})

it.each([
  ['a token that is not valid', { token: 'wrong' }, /does not accept the token/],
  ['a token that may not write', { mayWrite: false }, /may not post a review/],
])('says what to do about %s', async (_name, { token, mayWrite = true }: { token?: string; mayWrite?: boolean }, message) => {
  const { publish } = await scene({ feature }, { mayWrite })
  await expect(publish(token === undefined ? {} : { token })).rejects.toMatchObject({
    code: 'PUBLISH_FAILED',
    message: expect.stringMatching(message),
  })
})

it('names the permission that is missing', async () => {
  const { publish } = await scene({ feature }, { mayWrite: false })
  await expect(publish()).rejects.toMatchObject({ hint: expect.stringContaining('pull-requests: write') })
})

it('says that a pull request is not there', async () => {
  const { github } = await scene({ feature })
  await expect((await github()).readPullRequest(99, signal)).rejects.toMatchObject({
    code: 'PUBLISH_FAILED',
    message: expect.stringContaining('read pull request #99'),
  })
})

it('says that nobody answers', async () => {
  const github = await openGithub({ repository: fakeRepository, token: workflowToken, apiUrl: 'http://127.0.0.1:9' })
  await expect(github.readPullRequest(1, signal)).rejects.toMatchObject({
    message: expect.stringMatching(/^No answer from 127\.0\.0\.1:9: /),
  })
})

it('says that an answer is none of GitHub’s', async () => {
  const answer = () => Promise.resolve(new Response('<html>', { headers: { 'content-type': 'text/html' } }))
  const github = await openGithub({ repository: fakeRepository, token: workflowToken, apiUrl: 'http://127.0.0.1:9', fetch: answer })
  await expect(github.readPullRequest(1, signal)).rejects.toMatchObject({ hint: expect.stringContaining('GITHUB_API_URL') })
})

it.each(['http://github.example/api/v3', 'ftp://x', 'github.com', 'https://user@github.com'])('sends no token to %s', async (apiUrl) => {
  await expect(openGithub({ repository: fakeRepository, token: workflowToken, apiUrl })).rejects.toMatchObject({ code: 'USAGE_INVALID' })
})

it('reads a diff file by file where GitHub shows it no other way', async () => {
  const { fake, github } = await scene({ feature: { ...feature, 'new.ts': 'x\n' } })
  const opened = await github()
  const pullRequest = await opened.readPullRequest(fakeNumber, signal)
  const whole = await opened.readChange(pullRequest, signal)
  fake.settings.isDiffTooLarge = true
  const byFile = await opened.readChange(pullRequest, signal)
  expect(byFile.files.map(({ path, status, hunks }) => ({ path, status, hunks }))).toEqual(
    whole.files.map(({ path, status, hunks }) => ({ path, status, hunks })),
  )
})

it('resolves threads behind a hundred others', async () => {
  const { fake, publish, push } = await scene({ feature })
  for (let index = 0; index < 150; index++) fake.addComment({ login: 'somebody', body: `comment ${index}` })
  await publish()
  push({ 'a.ts': changed({ 5: 'BUG1' }) })
  expect(await publish()).toMatchObject({ resolved: 1, remarks: [] })
  expect(fake.comments.filter(({ isResolved }) => isResolved)).toMatchObject([{ line: 30 }])
})

it('goes on where its second comment on a finding is already deleted', async () => {
  const { fake, publish } = await scene({ feature })
  fake.faults.push({ method: 'DELETE', path: /comments/, status: 404, times: 9 })
  await Promise.all([publish(), publish()])
  expect(fake.comments.length).toBeGreaterThanOrEqual(2)
})

it('does not wait for the end of pushes that never end', async () => {
  const { fake, github, push } = await scene({ feature })
  const opened = await github()
  const pullRequest = await opened.readPullRequest(fakeNumber, signal)
  let count = 0
  fake.hooks.before = ({ path }) => {
    if (path.endsWith('/pulls/7')) push({ 'c.ts': `${count++}\n` })
  }
  const { pullRequest: last } = await readFreshChange(opened, pullRequest, signal)
  expect(last.head.sha).not.toBe(pullRequest.head.sha)
  expect(fake.asked('GET', /pulls\/7$/).length).toBeLessThan(10)
})

it('asks nobody else when it is not known whose token it is', async () => {
  const { fake, publish } = await scene({ feature }, { knowsViewer: false })
  fake.faults.push({ method: 'GET', path: /^\/user$/, status: 500, times: 9 })
  await expect(publish()).rejects.toMatchObject({ code: 'PUBLISH_FAILED', message: expect.stringContaining('say whose token this is') })
  expect(fake.comments).toEqual([])
})

it('gives up on a summary that cannot be written, after the comments', async () => {
  const { fake, publish } = await scene({ feature })
  fake.faults.push({ method: 'POST', path: /issues\/7\/comments$/, status: 503, times: 9 })
  await expect(publish()).rejects.toMatchObject({ code: 'PUBLISH_FAILED' })
  fake.faults.length = 0
  expect(await publish()).toMatchObject({ posted: 0, kept: 2 })
  expect([fake.comments.length, fake.notes.length]).toEqual([2, 1])
})

it('writes a new summary where somebody deleted the old one, and edits no comment that it may not', async () => {
  const { fake, publish, push } = await scene({ feature })
  await publish()
  fake.notes.length = 0
  expect(await publish()).toMatchObject({ kept: 2 })
  expect(fake.notes).toHaveLength(1)
  push({ 'a.ts': changed({ 5: 'BUG1' }) })
  fake.faults.push({ method: 'PATCH', path: /pulls\/comments/, status: 403 })
  await expect(publish()).rejects.toMatchObject({ message: expect.stringContaining('may not edit a comment') })
})
