import { expect, it } from 'vitest'
import { createGit } from '../../src/workspace/git.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'

it('ends the process when the reader of a stream leaves', async () => {
  using repository = temporaryRepository({ files: { 'a.txt': 'line\n'.repeat(500_000) } })
  const git = createGit(repository.root, repository.environment)
  let bytes = 0
  for await (const chunk of git.stream(['cat-file', 'blob', 'HEAD:a.txt'])) {
    bytes += chunk.length
    if (bytes > 1000) break
  }
  expect(bytes).toBeLessThan(2_500_000)
})

it('fails with the sentence git gave, and tells nothing else apart', async () => {
  using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
  const git = createGit(repository.root, repository.environment)
  const failure = { code: 'GIT_FAILED', message: 'git cat-file failed: Not a valid object name nope' }
  await expect(git.ask(['cat-file', 'blob', 'nope'])).rejects.toMatchObject(failure)
  await expect(git.stream(['cat-file', 'blob', 'nope']).next()).rejects.toMatchObject(failure)
  expect(await git.run(['cat-file', 'blob', 'nope'])).toMatchObject({ code: 128, stdout: Buffer.alloc(0) })
  await expect(git.ask(['diff', '--no-index', '--quiet', 'a.txt', '.git/config'])).rejects.toMatchObject({
    message: 'git diff failed: it ended without a message',
  })
})

it('does not trip over input that git leaves unread', async () => {
  using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
  const git = createGit(repository.root, repository.environment)
  const input = 'x'.repeat(2_000_000)
  expect((await git.ask(['rev-parse', '--is-inside-work-tree'], { input })).toString()).toBe('true\n')
  expect((await git.ask(['hash-object', '--stdin'], { input: 'a\n' })).toString()).toBe('78981922613b2afb6025042ff6bd878ac1994e85\n')
})

it('ends a question that is aborted with the reason', async () => {
  using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
  const git = createGit(repository.root, repository.environment)
  const reason = new Error('interrupted')
  await expect(git.run(['cat-file', '--batch'], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  await expect(git.askAbout(['rev-parse', 'HEAD'], AbortSignal.abort(reason))).rejects.toBe(reason)
  const controller = new AbortController()
  const running = git.run(['-c', 'alias.wait=!sleep 60', 'wait'], { signal: controller.signal })
  // Long enough for git to have started the program that keeps its pipes open.
  setTimeout(() => controller.abort(reason), 300)
  await expect(running).rejects.toBe(reason)
})

it('stops a process that says more than anyone asked for', async () => {
  using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
  const git = createGit(repository.root, repository.environment)
  await expect(git.run(['-c', 'alias.yes=!exec yes', 'yes'])).rejects.toMatchObject({
    code: 'GIT_FAILED',
    message: expect.stringContaining('printed more than') as string,
  })
  const { stderr } = await git.run(['-c', 'alias.loud=!yes | head -c 1000000 >&2', 'loud'])
  expect(stderr.length).toBeLessThanOrEqual(64 * 1024)
})
