import { describe, expect, it } from 'vitest'
import { hiddenCharacters } from '../../../../src/tasks/review/checks/hidden-characters.ts'
import { invisibleCharacters } from '../../../../src/tasks/review/checks/invisible-characters.ts'
import { said } from './reviewed.ts'

describe('invisible characters', () => {
  it.each([
    [
      'an override in a comment',
      'a.ts',
      '/* \u202e } \u2066if (isAdmin)\u2069 \u2066 begin */\n',
      'Bidirectional control character: U+202E right-to-left override',
    ],
    ['an isolate in a string', 'a.py', 'a = "user\u2067 "\n', 'Bidirectional control character: U+2067 right-to-left isolate'],
    ['an override in a text', 'a.md', 'a \u202e b\n', 'Bidirectional control character: U+202E right-to-left override'],
    ['a zero-width space in a name', 'a.ts', 'const is\u200bAdmin = 1\n', 'Zero-width character: U+200B zero-width space'],
    ['a filler as a name', 'a.js', 'const \u3164 = 1\n', 'Zero-width character: U+3164 Hangul filler'],
    ['tags in a text', 'README.md', `hello${String.fromCodePoint(0xe0069, 0xe0067)}\n`, 'Hidden text: U+E0069 hidden tag character'],
    ['hidden selectors', 'a.ts', `const a = 'x${String.fromCodePoint(0xe0100, 0xe0101)}'\n`, 'Hidden text: U+E0100 hidden tag character'],
  ])('are an error as %s', async (_, path, text, title) => {
    expect(await said(invisibleCharacters, { [path]: text })).toEqual([`${path}:1 ${title}`])
  })

  it.each([
    ['a zero-width space in a string', 'a.ts', `const a = 'x\u200by'\n`, 'Zero-width character: U+200B zero-width space'],
    ['a joiner between Latin letters', 'a.md', 'a\u200db\n', 'Zero-width character: U+200D zero-width joiner'],
    ['a byte order mark within the file', 'a.json', '{}\n\ufeff\n', 'Zero-width character: U+FEFF byte order mark within the file'],
    ['a no-break space in code', 'a.py', 'a\u00a0= 1\n', 'Space that is none: U+00A0 no-break space'],
    ['a soft hyphen in code', 'a.ts', `f('a\u00adb')\n`, 'Zero-width character: U+00AD soft hyphen'],
    ['a mark without letters that need it', 'a.ts', `f('a\u200fb')\n`, 'Bidirectional mark: U+200F right-to-left mark'],
    ['an escape sequence of terminals', 'a.txt', 'a\u001b[8mhidden\n', 'Control character: U+001B escape'],
    ['a carriage return that hides the line', 'a.sh', 'rm -rf / #\recho ok\n', 'Control character: U+000D carriage return within the line'],
    ['a line separator in code', 'a.js', '// a\u2028b()\n', 'Zero-width character: U+2028 line separator'],
  ])('are milder as %s', async (_, path, text, title) => {
    const line = path === 'a.json' ? 2 : 1
    expect(await said(invisibleCharacters, { [path]: text })).toEqual([`${path}:${line} ${title} (warning)`])
  })

  it.each([
    ['a byte order mark at the start', 'a.cs', '\ufeffusing System;\n'],
    ['a family', 'a.ts', `const a = '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}'\n`],
    ['a heart with its selector', 'a.md', '\u2764\ufe0f \u{1f3f3}\ufe0f\u200d\u{1f308} \u{1f9d1}\u{1f3fd}\u200d\u{1f680}\n'],
    ['the flag of Scotland', 'a.ts', `'${String.fromCodePoint(0x1f3f4, 0xe0067, 0xe0062, 0xe0073, 0xe0063, 0xe0074, 0xe007f)}'\n`],
    ['Persian with a non-joiner', 'a.ts', `'\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645'\n`],
    ['Hindi with a joiner', 'a.ts', `'\u0915\u094d\u200d\u0937'\n`],
    ['Thai with a place to break', 'a.md', '\u0e44\u0e17\u0e22\u200b\u0e44\u0e17\u0e22\n'],
    ['Hebrew with a mark', 'a.ts', `'\u05d0\u200f!'\n`],
    ['a translation with balanced isolates', 'ar.json', '{ "a": "\u0645\u2067x\u2069" }\n'],
    ['a no-break space in a text', 'a.md', '5\u00a0km\n'],
    ['a no-break space in a string', 'a.ts', `'5\u00a0km'\n`],
    ['a soft hyphen in a text', 'a.md', 'a\u00adb\n'],
    ['Japanese with its own space', 'a.ts', `'\u65e5\u3000\u672c'\n`],
    ['a form feed and a tab', 'a.py', '\f\na\t= 1\n'],
    ['carriage returns at the ends of lines', 'a.ts', 'a()\r\nb()\r\n'],
    ['escapes', 'a.ts', String.raw`'\u202e\u200b'` + '\n'],
  ])('are needed in %s', async (_, path, text) => {
    expect(await said(invisibleCharacters, { [path]: text })).toEqual([])
  })

  it('are told once for each line, with the other names', async () => {
    expect(await said(invisibleCharacters, { 'a.ts': 'a\u200bb\u2060c\nd\u202e\n' })).toEqual([
      'a.ts:1 Zero-width character: U+200B zero-width space',
      'a.ts:2 Bidirectional control character: U+202E right-to-left override',
    ])
  })

  it('are told on changed lines only', async () => {
    expect(await said(invisibleCharacters, { 'a.ts': { old: 'a\u202e\nb\n', new: 'a\u202e\nc\n' } })).toEqual([])
  })

  it('leave recorded output alone, but for what hides code', async () => {
    const text = '\u001b[31mred\n\u202eb\n'
    expect(await said(invisibleCharacters, { 'a.snap': text }, { isGenerated: () => true })).toEqual([
      'a.snap:2 Bidirectional control character: U+202E right-to-left override',
    ])
  })

  it('are not hidden by very many others on the line', async () => {
    expect(
      await said(invisibleCharacters, { 'a.md': `${'\u00a0'.repeat(3000)}\u202e\n`, 'b.ts': `// ${'\u200b'.repeat(3000)}\n` }),
    ).toEqual([
      'a.md:1 Bidirectional control character: U+202E right-to-left override',
      'b.ts:1 Zero-width character: U+200B zero-width space',
    ])
  })

  it('of a tag sequence that is no flag are hidden text', () => {
    const flag = String.fromCodePoint(0x1f3f4, 0xe0067, 0xe0062)
    expect(hiddenCharacters(`${flag}${String.fromCodePoint(0xe0041)}`, { isFirstLine: true }).map(({ kind }) => kind)).toEqual([
      'tag',
      'tag',
      'tag',
    ])
  })

  it('of selectors for Han and Mongolian are needed', () => {
    expect(
      hiddenCharacters(`\u8fbb${String.fromCodePoint(0xe0100)} \u1820\u180b \u8fbb\ufe00 \u17a2\u17b4`, { isFirstLine: false }),
    ).toEqual([])
  })
})
