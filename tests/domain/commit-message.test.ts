import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { headerOf, messageText, wrapProse } from '../../src/domain/commit-message.ts'
import { isAutomatic, parseMessage } from '../../src/domain/commit-message-parse.ts'
import { checkForm, conventionalRules } from '../../src/domain/commit-message-rules.ts'

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,11}$/)
const subject = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(' '))
const rulesOf = (text: string) => checkForm(text, conventionalRules).map(({ rule }) => rule)

describe('a commit message', () => {
  it('is read again by the parser as it was meant', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z]{1,10}$/),
        fc.option(word),
        subject,
        fc.array(subject, { maxLength: 30 }),
        (type, scope, text, words) => {
          const message = { type, scope, subject: text, body: words.join(' '), breaking: null }
          const parsed = parseMessage(messageText(message, 72))
          expect([parsed?.header, parsed?.type, parsed?.scope, parsed?.subject]).toEqual([headerOf(message), type, scope, text])
          expect((parsed?.body ?? '').replaceAll('\n', ' ')).toBe(message.body)
        },
      ),
    )
  })

  it('has no line that is longer than it may be, unless one word is', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z,.]{1,40}$/)), fc.integer({ min: 20, max: 100 }), (words, length) => {
        const lines = wrapProse(words.join(' '), length).split('\n')
        expect(lines.every((line) => line.length <= length || !line.includes(' '))).toBe(true)
        expect(lines.join(' ')).toBe(words.join(' '))
      }),
    )
  })

  it('keeps the paragraphs and items of its body, and tells what breaks in a footer', () => {
    const body = 'One sentence that is long enough to be broken.\n\n- an item that is long enough to be broken as well'
    expect(messageText({ type: 'feat', scope: 'api', subject: 'drop x', body, breaking: 'x is gone' }, 30)).toMatchInlineSnapshot(`
      "feat(api): drop x

      One sentence that is long
      enough to be broken.

      - an item that is long enough
        to be broken as well

      BREAKING CHANGE: x is gone"
    `)
  })
})

describe('the form of a message', () => {
  it.each([
    ['feat: add x', []],
    ['feat(api)!: add x\n\nWhy.\n\nBREAKING CHANGE: y', []],
    ['Add x', ['header-form']],
    ['feat add x', ['header-form']],
    ['feat:', ['header-form']],
    ['feat(): add x', []],
    ['feta: add x', ['type-enum']],
    [`feat: ${'x'.repeat(100)}`, ['header-max-length']],
    ['feat: add x\nand y', ['body-leading-blank']],
    ['', ['header-empty']],
    ['# comment', ['header-form']],
  ])('of %j breaks %j', (text, rules) => {
    expect(rulesOf(text)).toEqual(rules)
  })

  it.each([
    "Merge branch 'main' into topic",
    'Merge pull request #1 from a/b',
    'Revert "feat: add x"',
    'Reapply "feat: add x"',
    'fixup! feat: add x',
    'squash! whatever',
    'amend! whatever',
    'v1.2.3',
    '1.2.3-rc.1',
    'Merged PR 12: something',
    'Merged feature (pull request #1) into main',
    'Automatic merge from main',
  ])('is not asked of %j', (header) => {
    expect([isAutomatic(header), rulesOf(header)]).toEqual([true, []])
  })

  it.each(['Merge the two lists', 'revertible', 'Reverted x', 'fixup the parser', '1.2 is out'])('is asked of %j', (header) => {
    expect(isAutomatic(header)).toBe(false)
  })

  it('of anything at all is told in sentences, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const { rule, message } of checkForm(text, conventionalRules)) {
          expect(rule).toMatch(/^[a-z-]+$/)
          expect(message).toMatch(/\.$/s)
        }
      }),
    )
  })
})
