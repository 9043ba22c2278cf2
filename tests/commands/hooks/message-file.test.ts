import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  encoded,
  hasText,
  type MessageSettings,
  readMessageFile,
  storedText,
  withComment,
  withMessage,
} from '../../../src/commands/hooks/message-file.ts'

const unset: MessageSettings = { commentString: null, commentChar: null, cleanup: null, encoding: null }
const editor = { hasEditor: true }
const read = (text: string | Uint8Array, settings: Partial<MessageSettings> = {}) =>
  readMessageFile(Buffer.from(text), { ...unset, ...settings }, editor)
const cut =
  '# ------------------------ >8 ------------------------\n# Do not modify or remove the line above.\n# Everything below it will be ignored.\n'
const hints = '\n# Please enter the commit message for your changes.\n#\n# Changes to be committed:\n#\tnew file:   a\n#\n'

describe('a message file', () => {
  it('keeps every byte that it had when a message is put into it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(hints, hints + cut, ''), (bytes, more) => {
        const content = Buffer.concat([bytes, Buffer.from(more)])
        const changed = withMessage(read(content), 'feat: add x\n\nWhy.')
        if (changed === null) return
        const mark = content.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : 0
        expect(changed.subarray(0, mark)).toEqual(content.subarray(0, mark))
        expect(changed.subarray(changed.length - content.length + mark)).toEqual(content.subarray(mark))
      }),
    )
  })

  it('keeps every line that it had when a comment is put into it, in their order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('', '# a', '#', 'text', cut.trimEnd(), '#\tb')), fc.boolean(), (rows, ends) => {
        const text = rows.join('\n') + (ends ? '\n' : '')
        const changed = withComment(read(text), ['one', 'two'])?.toString() ?? ''
        const own = '# one\n# two\n'
        const linesOf = (whole: string) => whole.split('\n').filter((line) => line !== '' && line !== '#')
        expect(changed).toContain(own)
        expect(linesOf(changed.replace(own, ''))).toEqual(linesOf(text))
        expect(storedText(read(changed), editor)).toBe(storedText(read(text), editor))
      }),
    )
  })

  it('has the message before everything else, with an empty line between them', () => {
    expect(withMessage(read(hints), 'feat: add x')?.toString()).toBe(`feat: add x\n${hints}`)
    expect(withMessage(read('# a template'), 'feat: add x')?.toString()).toBe('feat: add x\n\n# a template')
    expect(withMessage(read(''), 'feat: add x')?.toString()).toBe('feat: add x\n')
  })

  it('keeps its line ends and its byte order mark', () => {
    expect(withMessage(read('\uFEFF\r\n# a\r\n'), 'feat: add x\n\nWhy.')?.toString()).toBe('\uFEFFfeat: add x\r\n\r\nWhy.\r\n\r\n# a\r\n')
    expect(withComment(read('\r\n# a\r\n'), ['one'])?.toString()).toBe('\r\n# one\r\n#\r\n# a\r\n')
  })

  it.each([
    ['', false],
    ['\n\n  \n', false],
    [hints, false],
    [`${hints}${cut}diff --git a/a b/a\n+text\n`, false],
    ['text\n', true],
    [`Ticket: \n${hints}`, true],
    [' # indented\n', true],
  ])('that is %j has text: %s', (text, expected) => {
    expect(hasText(read(text))).toBe(expected)
  })

  it('has text where a template has comments that git would store', () => {
    expect(hasText(read(`# from a template\n${cut}`, { cleanup: 'scissors' }))).toBe(true)
    expect(hasText(read(`\n${cut}#\n# On branch main\n`, { cleanup: 'scissors' }))).toBe(false)
  })

  it.each([
    [{}, '\n# a\n', '#'],
    [{ commentChar: ';' }, '\n; a\n', ';'],
    [{ commentChar: ';' }, '', ';'],
    [{ commentString: '//' }, '\n// a\n', '//'],
    [{ commentString: '//', commentChar: ';' }, '\n; a\n', ';'],
    // A git that does not know of longer ones.
    [{ commentString: '//' }, '\n# a\n', '#'],
    [{ commentChar: 'auto' }, '# from a template\n; x\n\n@ a\n@ b\n@\n', '@'],
    [{ commentChar: 'auto' }, '', '#'],
    [{ commentChar: '§' }, '\n§ a\n', Buffer.from('§').toString('latin1')],
  ])('with %j that is %j has comments that begin with %j', (settings, text, comment) => {
    expect(read(text, settings).comment).toBe(comment)
  })

  it('takes no message whose lines git would take for comments', () => {
    expect(withMessage(read('', { commentChar: '-' }), 'feat: add x\n\n- one')).toBeNull()
    expect(withMessage(read('', { commentChar: 'f' }), 'feat: add x')).toBeNull()
  })

  it('has the comment below the scissors, where nothing is stored', () => {
    expect(withComment(read(`\n${cut}#\n# On branch main\n`, { cleanup: 'scissors' }), ['one', '', 'two'])?.toString()).toBe(
      `\n${cut}# one\n#\n# two\n#\n# On branch main\n`,
    )
    expect(withComment(read(`${hints}${cut}diff --git a/a b/a\n`), ['one'])?.toString()).toBe(`${hints}${cut}# one\ndiff --git a/a b/a\n`)
    expect(withComment(read(cut.trimEnd()), ['one'])?.toString()).toBe(`${cut}# one\n`)
  })

  it.each(['whitespace', 'verbatim'])('has no comment where git would store it: %s', (cleanup) => {
    expect(withComment(read(hints, { cleanup }), ['one'])).toBeNull()
  })

  it.each([
    ['é', null, Buffer.from('é').toString('latin1')],
    ['é', 'UTF-8', Buffer.from('é').toString('latin1')],
    ['é', 'ISO-8859-1', 'é'],
    ['漢', 'ISO-8859-1', null],
    ['é', 'koi8-r', null],
    ['plain', 'koi8-r', 'plain'],
  ])('has %j in %s as %j', (text, encoding, bytes) => {
    expect(encoded(text, { encoding })).toBe(bytes)
  })
})

describe('the message that git will store', () => {
  it.each([
    ['feat: x\n\n# comment\n\n\n\nWhy.  \n\n', {}, 'feat: x\n\nWhy.'],
    [`feat: x\n${hints}${cut}diff --git a/a b/a\n+secret\n`, {}, 'feat: x'],
    [`feat: x\n\n# kept\n${cut}# gone\n`, { cleanup: 'scissors' }, 'feat: x\n\n# kept'],
    ['feat: x\n\n# kept\n', { cleanup: 'whitespace' }, 'feat: x\n\n# kept'],
    ['feat: x \n\n\n\n# kept\n', { cleanup: 'verbatim' }, 'feat: x \n\n\n\n# kept\n'],
    ['feat: x\r\n\r\nWhy.\r\n# comment\r\n', {}, 'feat: x\n\nWhy.'],
    ['; gone\nfeat: x\n# kept\n', { commentChar: ';' }, 'feat: x\n# kept'],
    ['feat: \u00e9\n', {}, 'feat: \u00e9'],
  ])('of %j with %j is %j', (text, settings, stored) => {
    expect(storedText(read(text, settings), editor)).toBe(stored)
  })

  it('keeps its comments where no editor was open', () => {
    const file = readMessageFile(Buffer.from('#12: x\n'), { ...unset, cleanup: 'scissors' }, { hasEditor: false })
    expect(storedText(file, { hasEditor: false })).toBe('#12: x')
  })

  it('is read from bytes that are no UTF-8', () => {
    expect(storedText(read(Buffer.from('feat: \u00e9', 'latin1')), editor)).toBe('feat: \u00e9')
  })
})
