import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fencedBlock, inlineCode, markdownLine, markdownText } from '../../src/domain/trust-markdown.ts'
import { hiddenIn } from '../helpers/hidden-characters.ts'
import { hostileTexts } from '../helpers/hostile-texts.ts'
import { liveMarkdown } from '../helpers/live-markdown.ts'
import { pathArbitrary, textArbitrary } from '../helpers/report-arbitrary.ts'

const anyText = fc.oneof(textArbitrary, pathArbitrary, fc.string({ unit: 'binary', maxLength: 200 }))

describe('what the check of these tests calls live', () => {
  it.each([
    '<b>',
    '[a](b)',
    '@x',
    '#1',
    '**b**',
    'a_b',
    'a\n---',
    'a\n==',
    '/lgtm',
    'https://x',
    '    code',
    '`open',
    '&amp;',
    '\\x',
    ':tada:',
    'www.x',
  ])('covers %j', (text) => {
    expect(liveMarkdown(text)).not.toEqual([])
  })
})

describe('text as Markdown', () => {
  it.each([
    ['Division by an empty list.', 'Division by an empty list.'],
    ['When `items` is empty, use `i < n - 1` instead.', 'When `items` is empty, use `i < n - 1` instead.'],
    ['thanks @octocat, fixes #1', 'thanks `@octocat`, fixes `#1`'],
    ['calls foo_bar(), then a[i]', 'calls `foo_bar()`, then `a[i]`'],
    ['see https://evil.example/x.', 'see `https://evil.example/x`.'],
    ['<img src=x>', '`<img` `src=x>`'],
    ['/lgtm', '`/lgtm`'],
    ['GH-12 and PROJ-3 and abc1234', '`GH-12` and `PROJ-3` and `abc1234`'],
    ['a - b -- c', 'a \u2013 b \u2014 c'],
    ['title\n---', 'title\n\u2014'],
    ['- one\n- two', '- one\n- two'],
    ['    @indented', '`@indented`'],
    ['don`t', '``don`t``'],
    ['`a``b`', '```a``b```'],
    ['"quoted" (in parentheses)', '"quoted" (in parentheses)'],
    ['`x`@y', '`x` `@y`'],
    ['w` `ww.evil.example', 'w ww.evil.example'],
  ])('%j becomes %j', (text, safe) => {
    expect(markdownText(text)).toBe(safe)
  })

  it('keeps fenced code, in a fence that nothing inside can end', () => {
    expect(markdownText('before\n````\n```\n@x\n```\n````\nafter @y')).toBe('before\n\n  ````\n  ```\n  @x\n  ```\n  ````\n\nafter `@y`')
  })

  it('closes a fence that was left open', () => {
    expect(markdownText('~~~\n@x')).toBe('  ```\n  @x\n  ```')
  })

  it.each(hostileTexts.map((text) => [text]))('leaves nothing live of %j', (text) => {
    expect(liveMarkdown(markdownText(text))).toEqual([])
    expect(liveMarkdown(markdownLine(text))).toEqual([])
  })

  it('leaves nothing live or hidden of any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const safe of [markdownText(text), markdownLine(text)]) {
          expect(liveMarkdown(safe)).toEqual([])
          expect(hiddenIn(safe)).toEqual([])
        }
        expect(markdownLine(text)).not.toContain('\n')
      }),
      { numRuns: 3000 },
    )
  })

  it('changes nothing when done twice', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(markdownText(markdownText(text))).toBe(markdownText(text))
        expect(markdownLine(markdownLine(text))).toBe(markdownLine(text))
      }),
      { numRuns: 3000 },
    )
  })

  it('gets through long hostile text', () => {
    expect(liveMarkdown(markdownText('`a @b ``c '.repeat(2000) + '\n```\n@x\n```'.repeat(2000)))).toEqual([])
  })
})

describe('inline code', () => {
  it.each([
    ['a', '`a`'],
    ['a`b', '``a`b``'],
    ['`a`', '`` `a` ``'],
    ['a\nb', '`a b`'],
    [' ', ''],
  ])('%j becomes %j', (text, code) => {
    expect(inlineCode(text)).toBe(code)
  })
})

describe('a fenced block', () => {
  it('names its language only when that is a plain word', () => {
    expect(fencedBlock('x', 'ts')).toBe('  ```ts\n  x\n  ```')
    expect(fencedBlock('x', 'ts`\n@x')).toBe('  ```\n  x\n  ```')
  })

  it('starts no line with what a bot would take for a command', () => {
    expect(fencedBlock('/lgtm')).not.toMatch(/^\//m)
  })

  it('is all code, whatever it holds', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(liveMarkdown(fencedBlock(text))).toEqual([])
      }),
    )
  })
})
