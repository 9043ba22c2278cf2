import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { defect, hookScene, installHook } from '../helpers/hook-scene.ts'

const clean = 'export const answer = 42\n'
const broken = `export function start() {\n  ${defect}\n}\n`
const focused = "import { it } from 'node:test'\n\nit.only('adds', () => {})\n"
const passed = { code: 0, seen: '' }

describe('the pre-commit hook', () => {
  it('says nothing about a clean commit', async () => {
    const { repository, server, git, head } = await hookScene()
    repository.stage({ 'src/a.ts': clean })
    expect([await git('commit', '-qm', 'Clean'), head(), server.chatRequests.length]).toEqual([passed, 'Clean', 1])
  })

  it('stops a commit with a finding, shows where and why, and what to do about it', async () => {
    const { repository, git, head } = await hookScene()
    repository.stage({ 'src/a.ts': broken })
    const { code, seen } = await git('commit', '-qm', 'Broken')
    expect([code, head()]).toEqual([1, 'The first commit'])
    expect(seen).toBe(`src/a.ts:2  error  review/logic
  Missiles are launched
  >   2 │   ${defect}
  The missiles are launched. Happens when: the function is called.

agent: 1 error stops this commit.
  Look closer:  agent review --staged
  Not a defect: say why in a comment on its line, \`agent-ignore[review/logic]: …\`, or accept it with \`agent baseline update --staged\`.
`)
  })

  it('lets a commit through once the finding is ignored in a comment', async () => {
    const { repository, git } = await hookScene()
    repository.stage({ 'src/a.ts': broken.replace(defect, `${defect} // agent-ignore[review/logic]: a drill`) })
    expect(await git('commit', '-qm', 'Ignored')).toEqual(passed)
  })

  it('tells of what is milder than the threshold in one line, and lets it through', async () => {
    const { repository, git } = await hookScene({ files: { 'agent.config.yaml': 'review: { failOn: never }\n' } })
    repository.stage({ 'src/a.ts': broken, 'a.test.ts': focused })
    const { code, seen } = await git('commit', '-qm', 'Mild')
    expect([code, seen]).toEqual([
      0,
      'agent: 2 errors, which do not stop the commit: a.test.ts:3 it.only runs only this test, src/a.ts:2 Missiles are launched. See agent review --commit HEAD\n',
    ])
  })

  it('answers a second commit of the same content without asking anybody', async () => {
    const { repository, server, git } = await hookScene()
    repository.stage({ 'src/a.ts': clean })
    await git('commit', '-qm', 'First')
    repository.git('reset', '--quiet', '--soft', 'HEAD~1')
    await server.close()
    expect([await git('commit', '-qm', 'Again'), server.chatRequests.length]).toEqual([passed, 1])
  })

  it.each([
    ['nothing', ['commit', '--allow-empty', '-qm', 'Empty'], 'Empty'],
    ['only another message', ['commit', '--amend', '-qm', 'Reworded'], 'Reworded'],
  ])('asks nobody when %s is committed', async (_what, args, subject) => {
    const { server, git, head } = await hookScene({ files: { 'src/a.ts': broken } })
    expect([await git(...args), head(), server.requests.length]).toEqual([passed, subject, 0])
  })
})

describe('what is reviewed', () => {
  const scene = () => hookScene({ files: { 'src/a.ts': clean, 'src/b.ts': clean, 'sub/c.ts': clean } })

  it('is the staged part of a file, not the part that is not staged', async () => {
    const { repository, git } = await scene()
    repository.stage({ 'src/a.ts': `${clean}export const more = 1\n` })
    repository.write('src/a.ts', broken)
    expect(await git('commit', '-qm', 'Partial')).toEqual(passed)
  })

  it('is the staged part of a file also where the working file is repaired', async () => {
    const { repository, git } = await scene()
    repository.stage({ 'src/a.ts': broken })
    repository.write('src/a.ts', clean)
    const { code, seen } = await git('commit', '-qm', 'Partial')
    expect([code, seen]).toEqual([1, expect.stringContaining('src/a.ts:2  error')])
  })

  it('is every tracked change for `git commit -a`, from a sub-directory too', async () => {
    const { repository, start, head } = await scene()
    repository.write('src/a.ts', broken)
    const { code, seen } = await start(['commit', '-aqm', 'All'], { cwd: join(repository.root, 'sub') }).ended
    expect([code, head()]).toEqual([1, 'The first commit'])
    // The index of such a commit is gone when it is stopped, so that nothing is staged to look at.
    expect(seen).toContain('Look closer:  agent review\n')
  })

  it('is the named file for `git commit <path>`, whatever else is staged', async () => {
    const { repository, git, head } = await scene()
    repository.stage({ 'src/a.ts': broken })
    repository.write('src/b.ts', `${clean}export const more = 1\n`)
    expect([await git('commit', '-qm', 'One', 'src/b.ts'), head()]).toEqual([passed, 'One'])
    expect((await git('commit', '-qm', 'Other', 'src/a.ts')).code).toBe(1)
  })

  it('is what amending adds', async () => {
    const { repository, git } = await scene()
    repository.commit('Broken already', { 'src/a.ts': broken })
    repository.stage({ 'src/b.ts': `${clean}export const more = 1\n` })
    expect((await git('commit', '--amend', '-qm', 'Amended')).code).toBe(0)
    repository.stage({ 'src/b.ts': broken })
    expect((await git('commit', '--amend', '-qm', 'Amended')).code).toBe(1)
  })

  it('is the index of a linked worktree there', async () => {
    const { repository, start } = await scene()
    repository.stage({ 'src/a.ts': broken })
    const linked = join(repository.root, '../linked')
    repository.git('worktree', 'add', '--quiet', linked)
    repository.gitBytes(['rm', '--quiet', 'src/b.ts'], { cwd: linked })
    expect(await start(['commit', '-qm', 'There'], { cwd: linked }).ended).toEqual(passed)
    repository.gitBytes(['checkout', '--quiet', 'HEAD~1', '--', 'src/b.ts'], { cwd: linked })
    repository.write('../linked/src/b.ts', broken)
    const { code, seen } = await start(['commit', '-aqm', 'Broken'], { cwd: join(linked, 'sub') }).ended
    expect([code, seen]).toEqual([1, expect.stringContaining('src/b.ts:2  error')])
  })

  it('is everything in the first commit of a repository', async () => {
    const { repository, git } = await hookScene({ files: null })
    repository.stage({ 'src/a.ts': broken })
    expect((await git('commit', '-qm', 'First')).code).toBe(1)
    repository.stage({ 'src/a.ts': clean })
    expect(await git('commit', '-qm', 'First')).toEqual(passed)
  })

  it('is the change of a submodule in its own repository, and its new commit is none of code', async () => {
    const { repository, start, git } = await scene()
    repository.gitBytes(['init', '--quiet', '-b', 'main', '../library'])
    repository.gitBytes(['commit', '--quiet', '--allow-empty', '-m', 'Library'], { cwd: join(repository.root, '../library') })
    repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', '../library', 'library')
    expect((await git('commit', '-qm', 'Submodule')).code).toBe(0)
    const hook = readFileSync(join(repository.root, '.git/hooks/pre-commit'), 'utf8').split('\n')[1] ?? ''
    installHook(join(repository.root, '.git/modules/library/hooks/pre-commit'), hook)
    repository.write('library/a.ts', broken)
    repository.gitBytes(['add', '.'], { cwd: join(repository.root, 'library') })
    const { code, seen } = await start(['commit', '-qm', 'Inside'], { cwd: join(repository.root, 'library') }).ended
    expect([code, seen]).toEqual([1, expect.stringContaining('a.ts:2  error')])
  })
})

describe('while git is in the middle of something, or the user says so, the hook is silent', () => {
  /** Two branches that changed the same line, so that whatever joins them stops half-way. */
  async function conflict() {
    const scene = await hookScene({ files: { 'src/a.ts': clean } })
    const { repository } = scene
    repository.git('switch', '--quiet', '-c', 'other')
    repository.commit('Theirs', { 'src/a.ts': 'export const answer = 43\n' })
    repository.git('switch', '--quiet', 'main')
    repository.commit('Ours', { 'src/a.ts': 'export const answer = 44\n' })
    return scene
  }

  it.each([
    ['merge', ['merge', 'other'], ['commit', '-qm', 'Merged']],
    ['cherry-pick', ['cherry-pick', 'other'], ['commit', '-qm', 'Picked']],
    ['rebase', ['rebase', 'other'], ['commit', '-qm', 'Rebased']],
    ['revert', ['revert', 'HEAD~1', '--no-edit'], ['commit', '-qm', 'Reverted']],
  ])('%s', async (_name, begin, finish) => {
    const { repository, server, git } = await conflict()
    if (begin[0] === 'revert') repository.commit('More', { 'src/a.ts': 'export const answer = 45\n' })
    expect((await git(...begin)).code).not.toBe(0)
    repository.stage({ 'src/a.ts': broken })
    expect([(await git(...finish)).code, server.requests.length]).toEqual([0, 0])
  })

  it('bisect', async () => {
    const { repository, server, git } = await conflict()
    repository.git('bisect', 'start')
    repository.stage({ 'src/a.ts': broken })
    expect([await git('commit', '-qm', 'Bisecting'), server.requests.length]).toEqual([passed, 0])
  })

  it('a rebase in a linked worktree, and not in the others', async () => {
    const { repository, server, start } = await conflict()
    const linked = join(repository.root, '../linked')
    repository.git('worktree', 'add', '--quiet', linked, 'other')
    expect((await start(['rebase', 'main'], { cwd: linked }).ended).code).not.toBe(0)
    repository.write('../linked/src/a.ts', broken)
    expect([(await start(['commit', '-aqm', 'There'], { cwd: linked }).ended).code, server.requests.length]).toEqual([0, 0])
    repository.stage({ 'src/a.ts': broken })
    expect((await start(['commit', '-qm', 'Here']).ended).code).toBe(1)
  })

  it('AGENT_SKIP=1, whatever is wrong', async () => {
    const { repository, server, gitWith } = await hookScene({ files: { 'agent.config.yaml': 'nonsense: [' } })
    repository.stage({ 'src/a.ts': broken })
    expect([await gitWith({ AGENT_SKIP: '1' }, 'commit', '-qm', 'Skipped'), server.requests.length]).toEqual([passed, 0])
    repository.stage({ 'src/b.ts': broken })
    expect((await gitWith({ AGENT_SKIP: '0' }, 'commit', '-qm', 'Not skipped')).seen).toContain('agent.config.yaml')
  })
})

describe('what keeps the hook from its work is told in one line, and does not stop the commit', () => {
  const strict = { AGENT_HOOK_STRICT: '1' }

  it.each([
    [
      'an endpoint that is gone',
      { AGENT_BASE_URL: 'http://127.0.0.1:9/v1' },
      /src\/a\.ts .*not reviewed.*127\.0\.0\.1:9.*Start the server/,
    ],
    [
      'no model',
      { AGENT_BASE_URL: '', AGENT_MODEL: '' },
      /there is no model, so only the checks looked at src\/a\.ts\. .*agent models pull/,
    ],
    ['a model that is missing', { AGENT_BASE_URL: '', AGENT_MODEL: 'no-such-model' }, /no-such-model/],
    ['a broken configuration', { AGENT_REVIEW_FAIL_ON: 'eror' }, /review\.failOn is "eror".*Did you mean error\?/],
    ['no time', { AGENT_HOOKS_PRE_COMMIT_MAX_TIME: '1ms' }, /no time was left within 1ms to review src\/a\.ts/],
  ])('%s', async (_what, settings, message) => {
    const { repository, gitWith, head } = await hookScene()
    repository.stage({ 'src/a.ts': clean })
    const stopped = await gitWith({ ...settings, ...strict }, 'commit', '-qm', 'Strict')
    expect([stopped.code, head(), stopped.seen.split('\n')]).toEqual([
      1,
      'The first commit',
      [expect.stringMatching(message), expect.stringMatching(/the commit was stopped, because AGENT_HOOK_STRICT/), ''],
    ])
    const { code, seen } = await gitWith(settings, 'commit', '-qm', 'Let through')
    expect([code, head(), seen.split('\n')]).toEqual([0, 'Let through', [expect.stringMatching(message), '']])
  })

  it('an endpoint that never answers, when its time is over', async () => {
    const { repository, gitWith } = await hookScene({ server: { mode: 'silent' } })
    repository.stage({ 'src/a.ts': clean, 'src/b.ts': clean })
    const { code, seen } = await gitWith({ AGENT_HOOKS_PRE_COMMIT_MAX_TIME: '2s' }, 'commit', '-qm', 'Hanging')
    expect([code, seen]).toEqual([
      0,
      'agent: no time was left within 2s to review src/a.ts, src/b.ts. Do so with agent review --commit HEAD\n',
    ])
  })

  it('findings of the checks stop a commit also when the model did not answer', async () => {
    const { repository, gitWith } = await hookScene({ server: { mode: 'silent' } })
    repository.stage({ 'a.test.ts': focused })
    const { code, seen } = await gitWith({ AGENT_HOOKS_PRE_COMMIT_MAX_TIME: '2s' }, 'commit', '-qm', 'Hanging')
    expect([code, seen]).toEqual([1, expect.stringMatching(/check\/focused-tests[^]*no time was left/)])
  })

  it('hooks.preCommit.strict in the configuration stops it', async () => {
    const { repository, gitWith } = await hookScene({ files: { 'agent.config.yaml': 'hooks: { preCommit: { strict: true } }\n' } })
    repository.stage({ 'src/a.ts': clean })
    expect((await gitWith({ AGENT_BASE_URL: 'http://127.0.0.1:9/v1' }, 'commit', '-qm', 'Strict')).code).toBe(1)
    expect(await gitWith({}, 'commit', '-qm', 'Reviewed')).toEqual(passed)
  })

  it('a home that cannot be written to: the review is made all the same', async () => {
    const { repository, home, gitWith } = await hookScene()
    home.write('file', '')
    repository.stage({ 'src/a.ts': clean })
    const { code, seen } = await gitWith({ AGENT_HOME: join(home.path, 'file') }, 'commit', '-qm', 'Unkept')
    expect([code, seen.split('\n')]).toEqual([0, [expect.stringMatching(/neither remembered nor recalled/), '']])
  })
})

describe('an interrupted commit', () => {
  it('leaves no process, no lock and no commit behind', async () => {
    const { repository, server, start, head } = await hookScene({ server: { mode: 'silent' } })
    repository.stage({ 'src/a.ts': broken })
    const { child, ended } = start(['commit', '-aqm', 'Interrupted'])
    while (server.chatRequests.length === 0) await new Promise((tick) => setTimeout(tick, 20))
    process.kill(-(child.pid ?? 0), 'SIGINT')
    const { code, seen } = await ended
    await server.idle()
    expect([code === 0, seen, head()]).toEqual([false, '', 'The first commit'])
    expect(membersOf(child.pid ?? 0)).toEqual([])
    expect(existsSync(join(repository.root, '.git/index.lock'))).toBe(false)
  })
})

/** Processes that still belong to a group. */
function membersOf(group: number): string[] {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return processes.filter((id) => {
    try {
      const [state, , pgrp] = readFileSync(`/proc/${id}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')
      return state !== 'Z' && Number(pgrp) === group
    } catch {
      return false
    }
  })
}
