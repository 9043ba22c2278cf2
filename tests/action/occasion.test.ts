import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isBranchName } from '../../src/action/branch-name.ts'
import { type Event, readEvent } from '../../src/action/event.ts'
import { occasionOf } from '../../src/action/occasion.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

const [a, b, zero] = ['a'.repeat(40), 'b'.repeat(40), '0'.repeat(40)]
const repository = { default_branch: 'main' }
const main = { branch: 'main', id: null }
const event = (name: string, payload: Event['payload'], ref = 'refs/heads/main'): Event => ({ name, ref, payload })

describe('occasionOf', () => {
  it('takes a pull request from its base to its head, with the configuration of its base', () => {
    const pull = { number: 7, base: { ref: 'main', sha: a, repo: { full_name: 'o/r' } }, head: { ref: 'x', sha: b, repo: null } }
    expect(occasionOf(event('pull_request', { pull_request: pull, repository }), {})).toEqual({
      base: { branch: 'main', id: a },
      head: { branch: null, id: b },
      trusted: { branch: null, id: a },
      pullRequest: { number: 7, base: { ref: 'main', sha: a }, head: { ref: 'x', sha: b }, isFork: true },
      nothing: null,
    })
  })

  it('refuses pull_request_target, which has secrets', () => {
    expect(() => occasionOf(event('pull_request_target', {}), {})).toThrow(/runs with secrets/)
  })

  it.each([
    [
      'what was pushed',
      event('push', { before: a, after: b, repository }),
      { base: { branch: null, id: a }, head: { branch: null, id: b } },
    ],
    [
      'all of a new branch',
      event('push', { before: zero, after: b, repository }, 'refs/heads/x'),
      { base: main, head: { branch: null, id: b } },
    ],
    [
      'the last commit where the first branch is new',
      event('push', { before: zero, after: b, repository }),
      { base: null, head: { branch: null, id: b } },
    ],
    ['nothing where a branch was deleted', event('push', { before: a, after: zero, repository }), { nothing: 'The branch was deleted.' }],
    [
      'a merge group, with the configuration of its base',
      event('merge_group', { merge_group: { base_ref: 'refs/heads/main', base_sha: a, head_sha: b } }),
      { base: { branch: null, id: a }, head: { branch: null, id: b }, trusted: { branch: null, id: a } },
    ],
    [
      'a comment, which anybody can write, with the configuration of the default branch',
      event('issue_comment', { repository }),
      { trusted: main },
    ],
    ['a run of a workflow of a stranger likewise', event('workflow_run', {}), { trusted: { branch: 'HEAD', id: null } }],
    ['the last commit at night', event('schedule', { repository }), { base: null, head: null }],
    ['a branch that somebody starts it on', event('workflow_dispatch', { repository }, 'refs/heads/x'), { base: main, head: null }],
  ])('takes %s', (_what, given, expected) => {
    expect(occasionOf(given, {})).toMatchObject({ nothing: null, ...expected })
  })

  it.each([
    ['main', main],
    ['origin/main', main],
    ['refs/heads/--upload-pack=x', { branch: '--upload-pack=x', id: null }],
    [a, { branch: null, id: a }],
  ])('lets the inputs name %s', (base, expected) => {
    expect(occasionOf(event('push', { before: a, after: zero }), { base, head: b })).toMatchObject({
      base: expected,
      head: { branch: null, id: b },
      nothing: null,
    })
  })

  it.each(['HEAD~1', 'a..b', 'x:y', '*', 'a b'])('refuses %s as a base, which is no name', (base) => {
    expect(() => occasionOf(event('push', {}), { base })).toThrow(/which is no branch, tag or commit id/)
  })
})

describe('isBranchName', () => {
  it('never takes what git would not', () => {
    const texts = fc.string({
      unit: fc.constantFrom(
        'a',
        'b',
        '/',
        '.',
        '-',
        '~',
        '^',
        ':',
        '?',
        '*',
        '[',
        '\\',
        '@',
        '{',
        ' ',
        '$',
        '\u007f',
        '\n',
        '..',
        '.lock',
        '@{',
        'é',
      ),
      minLength: 1,
      maxLength: 12,
    })
    fc.assert(
      fc.property(texts, (text) => {
        if (isBranchName(text)) expect(() => execFileSync('git', ['check-ref-format', `refs/heads/${text}`])).not.toThrow()
      }),
      { numRuns: 150 },
    )
  })

  it.each(['main', 'feature/x', '--upload-pack=evil', '$(touch)', '`id`', 'a;b', "'", '中文'])('takes %s', (name) => {
    expect(isBranchName(name)).toBe(true)
  })
})

describe('readEvent', () => {
  it('reads what the runner has written', async () => {
    using folder = temporaryFolder()
    const path = folder.write(
      'event.json',
      JSON.stringify({ before: a, after: b, ref: 1, repository: { default_branch: 'main', other: [] } }),
    )
    expect(await readEvent({ GITHUB_EVENT_NAME: 'push', GITHUB_EVENT_PATH: path, GITHUB_REF: 'refs/heads/main' })).toEqual(
      event('push', { before: a, after: b, repository }),
    )
    expect(await readEvent({})).toEqual({ name: '', ref: '', payload: {} })
  })

  it.each([
    ['{', /cannot be read/],
    [JSON.stringify({ before: '--help' }), /not as expected at before/],
    [JSON.stringify({ repository: { default_branch: 'a:b' } }), /not as expected at repository.default_branch/],
    [
      JSON.stringify({ pull_request: { number: 1, base: { ref: 'x', sha: 'HEAD', repo: { full_name: 'o/r' } } } }),
      /not as expected at pull_request/,
    ],
  ])('refuses %s', async (text, message) => {
    using folder = temporaryFolder()
    const path = folder.write('event.json', text)
    await expect(readEvent({ GITHUB_EVENT_NAME: 'push', GITHUB_EVENT_PATH: path })).rejects.toThrow(message)
  })
})
