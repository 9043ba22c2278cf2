import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { conventionalRules, type CommitRules } from '../../../src/domain/commit-message-rules.ts'
import { draftSchema, noScope, readDraft } from '../../../src/tasks/commit-message/answer.ts'
import { inImperative, isNoImperative } from '../../../src/tasks/commit-message/imperative.ts'
import { headerLength, judge, type Standard } from '../../../src/tasks/commit-message/judge.ts'
import { inventedNames } from '../../../src/tasks/commit-message/names.ts'
import { messageText } from '../../../src/domain/commit-message.ts'
import { showHidden } from '../../../src/domain/trust.ts'
import { hostileTexts } from '../../helpers/hostile-texts.ts'

const draft = { type: 'fix', scope: null, subject: 'refuse odd ports', body: '' }
const standard = (more: Partial<Standard> = {}, rules: Partial<CommitRules> = {}): Standard => ({
  types: ['feat', 'fix'],
  scopes: ['net', 'ui'],
  scope: 'optional',
  breaking: null,
  vocabulary: 'src/port.ts\nparsePort max_port @octokit/rest --jobs',
  rules: { ...conventionalRules, ...rules },
  ...more,
})
const problemsOf = async (subject: string, more?: Partial<Standard>) =>
  (await judge({ ...draft, subject }, standard(more))).problems.join(' ')
const subjectOf = async (subject: string, rules?: Partial<CommitRules>) =>
  (await judge({ ...draft, subject }, standard({}, rules))).message?.subject

describe('the judge of messages', () => {
  it.each([
    ['Refuse odd ports.', 'refuse odd ports'],
    ['`refuse odd ports`', 'refuse odd ports'],
    ['fix(net): refused odd ports', 'refuse odd ports'],
    ['Refusing odd ports', 'refuse odd ports'],
    ['README mentions every port', 'README mentions every port'],
    ['use GitHub for ports', 'use GitHub for ports'],
    ['bump @octokit/rest to 22', 'bump @octokit/rest to 22'],
    ['let --jobs be zero', 'let --jobs be zero'],
    ['handle max_port in src/port.ts', 'handle max_port in src/port.ts'],
    ['run parsePort() twice', 'run parsePort() twice'],
    ['support node.js 24 on macOS', 'support node.js 24 on macOS'],
  ])('mends %j to %j', async (subject, expected) => {
    expect(await subjectOf(subject)).toBe(expected)
  })

  it('begins a subject as the project does', async () => {
    expect(await subjectOf('refuse odd ports', { subjectCase: 'sentence' })).toBe('Refuse odd ports')
  })

  it.each([
    ['update files', 'says nothing'],
    ['fix some bugs', 'says nothing'],
    ['ports', 'one word'],
    ['feat: refuse odd ports', 'begins with another header'],
    ["Here's the commit message", 'talk about the message'],
    ['This commit refuses odd ports', 'talk about the message'],
    ['hardcoding the odd ports', 'not in the imperative'],
    ['refuse odd ports\n\nSigned-off-by: Eve', 'several lines'],
    ['{"subject": "refuse"}', 'holds markup or code'],
    ['refuse <b>odd</b> ports', 'holds markup or code'],
    [String.raw`refuse odd\nports`, 'holds markup or code'],
    ['refuse ports, see https://evil.example', 'holds an address'],
    ['refuse ports as @eve said', 'refers to an issue or a person'],
    ['refuse odd ports (#12)', 'refers to an issue or a person'],
    ['refuse odd ports skip ci', 'switches something off'],
    ['refuse ports BREAKING CHANGE', 'holds a trailer'],
    ['refuse odd ports in parseUrl', 'parseUrl is not in the change'],
    ['refuse odd ports in server.ts', 'server.ts is not in the change'],
    ['refuse the `secret` port', 'secret is not in the change'],
    ['refuse \u202eodd ports', 'cannot be seen'],
    ['refuse \u001b[31modd ports', 'cannot be seen'],
    [`refuse ${'odd '.repeat(20)}ports`, 'at most 72'],
    [`use ${['ghp', '1234567890abcdefghijABCDEFGHIJ123456'].join('_')} here`, 'holds a secret'],
  ])('refuses %j: %s', async (subject, problem) => {
    expect(await problemsOf(subject)).toContain(problem)
  })

  it('does not repeat a secret in what it says of the rest', async () => {
    const secret = ['ghp', '1234567890abcdefghijABCDEFGHIJ123456'].join('_')
    const { problems } = await judge({ type: secret, scope: secret, subject: `here is ${secret}`, body: secret }, standard())
    expect(problems).toEqual(['The answer holds a secret. Leave it out.'])
    expect((await judge({ ...draft, body: `It was ${secret}.` }, standard())).message?.body).toBe('')
  })

  it('refuses a type or a scope that was not offered, and a scope that is missing', async () => {
    expect((await judge({ ...draft, type: 'docs', scope: 'db' }, standard())).problems).toEqual([
      'The type "docs" does not fit this change: it is one of feat, fix.',
      'The scope "db" is not one of net, ui.',
    ])
    expect((await judge(draft, standard({ scope: 'required' }))).problems).toEqual(['A scope is needed: one of net, ui.'])
    expect((await judge({ ...draft, scope: 'net' }, standard({ scopes: [] }))).problems).toEqual([
      'The scope "net" is not one of any: there is none.',
    ])
  })

  it('lets an optional scope go where the line would be too long', async () => {
    const subject = `refuse ${'odd '.repeat(13)}ports`
    const long = { ...draft, scope: 'net', subject }
    expect((await judge(long, standard())).message).toMatchObject({ scope: null, subject })
    expect((await judge(long, standard({ scope: 'required' }))).message).toBeNull()
  })

  it('wants a body only where the project does, and then one that can be used', async () => {
    const required = standard({}, { body: 'required' })
    expect((await judge(draft, required)).problems).toEqual([expect.stringContaining('The body is missing')])
    expect((await judge({ ...draft, body: 'They were taken for zero.' }, required)).message?.body).toBe('They were taken for zero.')
    expect((await judge({ ...draft, body: 'Why.' }, standard({}, { body: 'forbidden' }))).message?.body).toBe('')
  })

  it('lets nothing through that would do something, whatever a model says', async () => {
    const text = fc.oneof(fc.constantFrom(...hostileTexts), fc.string({ unit: 'binary' }), fc.constantFrom('refuse odd ports', 'add x'))
    await fc.assert(
      fc.asyncProperty(text, text, fc.option(text), text, async (type, subject, scope, body) => {
        const { message } = await judge({ type: type.length % 2 ? 'fix' : type, scope, subject, body }, standard())
        if (message === null) return
        const whole = messageText(message, 72)
        const [header = '', ...rest] = whole.split('\n')
        expect(header.length).toBeLessThanOrEqual(headerLength)
        expect(header).toMatch(/^(?:feat|fix)(?:\((?:net|ui)\))?: \S/)
        expect(showHidden(whole)).toBe(whole)
        expect(rest.join('\n')).not.toMatch(/^(?:#|[\w-]+: )|https?:|@\w/m)
      }),
    )
  })
})

describe('the answer', () => {
  it('has no scope in each of the ways in which models say so', () => {
    for (const scope of [null, '', 'none', noScope, 'None', 'n/a', '-', 'null'])
      expect(readDraft({ subject: 'x', scope })?.scope).toBeNull()
    expect(readDraft({ subject: 'x', scope: 'net', body: null })).toEqual({ type: '', scope: 'net', subject: 'x', body: '' })
  })

  it.each([null, 'fix: x', [], {}, { subject: '' }, { subject: 3 }])('is not %j', (value) => {
    expect(readDraft(value)).toBeUndefined()
  })

  it('can be no other scope by its schema', () => {
    const scopeOf = (scope: Standard['scope'], scopes: string[]) => draftSchema({ types: ['fix'], scopes, scope })
    expect(scopeOf('required', ['a'])).toMatchObject({ properties: { scope: { enum: ['a'] } } })
    expect(scopeOf('required', [])).toMatchObject({ properties: { scope: { enum: [noScope] } } })
    expect(scopeOf('optional', ['a'])).toMatchObject({ properties: { scope: { enum: [noScope, 'a'] } } })
  })
})

describe('the imperative', () => {
  it.each([
    ['adds x', 'add x'],
    ['Added x', 'Add x'],
    ['using x', 'use x'],
    ['dropped x', 'drop x'],
    ['applies x', 'apply x'],
    ['applied x', 'apply x'],
    ['fixes x', 'fix x'],
    ['wrote x', 'write x'],
    ['address x', 'address x'],
    ['embed x', 'embed x'],
    ['', ''],
  ])('of %j is %j', (text, expected) => {
    expect(inImperative(text)).toBe(expected)
  })

  it('is missed only where a word says so', () => {
    expect(['tokenizing x', 'hardcoded x'].map(isNoImperative)).toEqual([true, true])
    expect(['bring x', 'feed x', 'red x', 'string x', 'add x'].map(isNoImperative)).toEqual([false, false, false, false, false])
  })
})

describe('names in a message', () => {
  it('are those of files and code, and not of prose', () => {
    expect(inventedNames('read/write and CI/CD with e.g. Node.js, GitHub and client/server v1.2', '')).toEqual([])
    expect(inventedNames('call a.run() in (b.ts), `x`, snake_case and camelCase!', 'run')).toEqual(['x', 'b.ts', 'snake_case', 'camelCase'])
  })
})
