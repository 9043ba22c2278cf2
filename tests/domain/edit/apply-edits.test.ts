import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyEdits } from '../../../src/domain/edit/apply-edits.ts'
import type { EditResult } from '../../../src/domain/edit/edit-result.ts'
import { hostileTexts } from '../../helpers/hostile-texts.ts'

const edit = (text: string, search: string, replace: string) => applyEdits(text, [{ search, replace }])

/** What a text becomes, and at which level; or why it stays. */
function brief(result: EditResult): readonly string[] {
  return result.status === 'applied' ? [...result.blocks.map(({ level }) => level), result.text] : [result.reason]
}

const lines = (...all: string[]) => all.map((line) => `${line}\n`).join('')

describe('a block is found', () => {
  it.each([
    ['as it is', 'a\nb\nc\n', 'b\n', 'B\n', ['exact', 'a\nB\nc\n']],
    ['with more lines', 'a\nc\n', 'a\n', 'a\nb\n', ['exact', 'a\nb\nc\n']],
    ['to be deleted', 'a\nb\nc\n', 'b\n', '', ['exact', 'a\nc\n']],
    ['to become a blank line', 'a\nb\nc\n', 'b\n', '\n', ['exact', 'a\n\nc\n']],
    ['as all there is', 'a\n', 'a\n', '', ['exact', '']],
    ['without the newlines that end it', 'a\nb\nc\n', 'b', 'B', ['exact', 'a\nB\nc\n']],
    ['with dollar signs taken literally', 'a\nb\n', 'a', '$& $1 $$ $`', ['exact', '$& $1 $$ $`\nb\n']],
    ['with space that the model added', 'a\nb\nc\n', 'a  \nb \n', 'a  \nB \n', ['trailing-space', 'a\nB\nc\n']],
    ['with space that the model lost, and the file keeps', 'a  \nb\n', 'a\nb\n', 'a\nB\n', ['trailing-space', 'a  \nB\n']],
    [
      'with typographic quotes',
      `say("x", 'y')\nend\n`,
      'say(“x”, ‘y’)\nend\n',
      'say(“z”, ‘y’)\nend\n',
      ['folding', `say("z", 'y')\nend\n`],
    ],
    [
      'with plain quotes, and the file keeps its own',
      'He said “no” – twice.\n',
      'He said "no" - twice.\n',
      'He said "no" - once.\n',
      ['folding', 'He said “no” – once.\n'],
    ],
    ['with no-break spaces', 'a b\n', 'a\u00a0b\n', 'a\u00a0c\n', ['folding', 'a c\n']],
    [
      'without any indentation',
      '  if (a) {\n    b()\n  }\n',
      'if (a) {\n  b()\n}\n',
      'if (a) {\n  c()\n}\n',
      ['indentation', '  if (a) {\n    c()\n  }\n'],
    ],
    [
      'too deep',
      'if (a) {\n  b()\n}\n',
      '    if (a) {\n      b()\n    }\n',
      '    if (a) {\n      c()\n    }\n',
      ['indentation', 'if (a) {\n  c()\n}\n'],
    ],
    ['with a first line that lost its indentation', '  a\n  b\n', 'a\n  b\n', 'x\n  b\n', ['indentation', '  x\n  b\n']],
    ['with a first line that lost its indentation in SEARCH only', '  a\n  b\n', 'a\n  b\n', '  a\n  c\n', ['indentation', '  a\n  c\n']],
    ['with the right indentation in REPLACE only', '    a\n    b\n', 'a\nb\n', '    a\n    c\n', ['indentation', '    a\n    c\n']],
    [
      'with spaces for tabs',
      '\ta {\n\t\tb\n\t}\n',
      '  a {\n    b\n  }\n',
      '  a {\n    b\n    c\n  }\n',
      ['indentation', '\ta {\n\t\tb\n\t\tc\n\t}\n'],
    ],
    [
      'with tabs for spaces',
      '    a {\n        b\n    }\n',
      '\ta {\n\t\tb\n\t}\n',
      '\ta {\n\t\tc\n\t}\n',
      ['indentation', '    a {\n        c\n    }\n'],
    ],
    [
      'wrapped in one more level',
      '  start()\n  a()\n  b()\n',
      'start()\na()\nb()\n',
      'start()\nif (x) {\n  a()\n  b()\n}\n',
      ['indentation', '  start()\n  if (x) {\n    a()\n    b()\n  }\n'],
    ],
    ['inside a line', 'let a = parse(b)\n', 'parse(b)', 'parse(b, 10)', ['part-of-line', 'let a = parse(b, 10)\n']],
    ['from inside one line to inside another', 'x = f(a,\n      b) + 1\n', 'f(a,\n      b)', 'g(a)', ['part-of-line', 'x = g(a) + 1\n']],
    ['without its blank lines', 'a\n\nb\n\n\nc\nd\n', 'a\nb\nc\n', 'a\nB\nc\n', ['blank-lines', 'a\n\nB\n\n\nc\nd\n']],
    ['with blank lines of its own', 'a\nb\nc\n', 'a\n\nb\n\nc\n', 'a\n\nB\n\nc\n', ['blank-lines', 'a\nB\nc\n']],
    [
      'with a part left out',
      'head {\n1\n2\n3\ntail()\n}\n',
      'head {\n...\ntail()\n',
      'head {\n...\ntail(1)\n',
      ['elision', 'head {\n1\n2\n3\ntail(1)\n}\n'],
    ],
    [
      'with a part left out in words',
      'a {\n1\n2\n3\nb()\n}\n',
      'a {\n  // ... existing code ...\nb()\n',
      'a {\n  // ... existing code ...\nc()\n',
      ['elision', 'a {\n1\n2\n3\nc()\n}\n'],
    ],
    ['with what follows left out', 'aa\nbb\ncc\n', 'aa\n...\n', 'AA\n...\n', ['elision', 'AA\nbb\ncc\n']],
    [
      'with a slip in a line that stays',
      'alpha\nbravo\ncharlie\ndelta()\necho\n',
      'alpha\nbravo\ncharlie\ndelta()\neccho\n',
      'alpha\nBRAVO\ncharlie\ndelta()\neccho\n',
      ['near-match', 'alpha\nBRAVO\ncharlie\ndelta()\necho\n'],
    ],
    [
      'with a slip in SEARCH only',
      'alpha\nbravo\nrecharlies\ndelta()\necho\n',
      'alpha\nbravo\nrecahrlies\ndelta()\necho\n',
      'alpha\nBRAVO\nrecharlies\ndelta()\necho\n',
      ['near-match', 'alpha\nBRAVO\nrecharlies\ndelta()\necho\n'],
    ],
    ['in an empty file', '', '', 'a\n', ['exact', 'a\n']],
  ])('%s', (_name, text, search, replace, expected) => {
    expect(brief(edit(text, search, replace))).toEqual(expected)
  })
})

describe('what models put around code is taken off', () => {
  it.each([
    ['line numbers as files are shown', ' 9| b {\n10|   c\n11| }\n', ' 9| b {\n10|   d\n11| }\n'],
    ['line numbers of SEARCH only', '9 | b {\n10 |   c\n11 | }\n', 'b {\n  d\n}\n'],
    ['line numbers behind which new lines have none', '9: b {\n10:   c\n11: }\n', '9: b {\n  d\n11: }\n'],
    ['line numbers with a tab', '     9\tb {\n    10\t  c\n    11\t}\n', '     9\tb {\n    10\t  d\n    11\t}\n'],
    ['line numbers with an arrow', '     9→b {\n    10→  c\n    11→}\n', '     9→b {\n    10→  d\n    11→}\n'],
  ])('%s', (_name, search, replace) => {
    expect(brief(edit('a\nb {\n  c\n}\n', search, replace))).toEqual(['exact', 'a\nb {\n  d\n}\n'])
  })

  it.each([
    [
      'of both sides',
      'if (a < b && c > "d") {\n',
      'if (a &lt; b &amp;&amp; c &gt; &quot;d&quot;) {\n',
      'if (a &lt; b) {\n',
      'if (a < b) {\n',
    ],
    ['twice escaped', 'x = "&lt;"\n', 'x = "&amp;lt;"\n', 'x = "&amp;gt;"\n', 'x = "&gt;"\n'],
    ['that the file itself has', 'x = "&lt;"\n', 'x = "&lt;"\n', 'x = "&gt;"\n', 'x = "&gt;"\n'],
    ['of REPLACE, where SEARCH has nothing to escape', 'one\ntwo\n', 'one\n', 'one\nif a &lt; b\n', 'one\nif a < b\ntwo\n'],
    ['of REPLACE that are meant, because SEARCH is not escaped', '<p>\n</p>\n', '<p>\n', '<p>\n&lt;b&gt;\n', '<p>\n&lt;b&gt;\n</p>\n'],
  ])('entities %s', (_name, text, search, replace, expected) => {
    expect(brief(edit(text, search, replace))).toEqual(['exact', expected])
  })

  it('typographic quotes of REPLACE, where SEARCH has none', () => {
    expect(brief(edit('one\ntwo\n', 'one\n', 'one\nsay(‘x’)\n'))).toEqual(['exact', "one\nsay('x')\ntwo\n"])
  })
})

describe('a block is refused', () => {
  const twice = lines('a', 'b', 'c', 'a', 'b')
  it.each([
    ['that says nothing', 'a\n', '\n', 'b\n', 'empty-search'],
    ['that fills nothing with nothing', '', '', '', 'no-change'],
    ['that stands in two places', twice, 'a\nb\n', 'x\n', 'ambiguous'],
    ['that stands in two places but for space', twice, 'a \nb\n', 'x\n', 'ambiguous'],
    ['that stands in two places but for indentation', '  a\n    a\n', 'a\n', 'x\n', 'ambiguous'],
    ['that stands in two parts of a line', 'f(x) + f(x)\n', 'f(x)', 'y', 'ambiguous'],
    ['that is not there', twice, 'zebra\n', 'x\n', 'not-found'],
    [
      'whose middle is stale',
      lines('start', '1', '2', '3', 'end'),
      lines('start', '1', 'old', '3', 'end'),
      lines('start', 'x', 'end'),
      'not-found',
    ],
    [
      'whose line to change has a slip',
      lines('alpha', 'bravo', 'recharlies', 'delta', 'echo'),
      lines('alpha', 'bravo', 'rechalries', 'delta', 'echo'),
      lines('alpha', 'bravo', 'CHARLIE', 'delta', 'echo'),
      'unsafe',
    ],
    [
      'whose number differs',
      lines('alpha', 'bravo', 'version = 12', 'delta', 'echo'),
      lines('alpha', 'bravo', 'version = 13', 'delta', 'echo'),
      lines('alpha', 'B', 'version = 13', 'delta', 'echo'),
      'not-found',
    ],
    ['that changes nothing', 'a\nb\n', 'a\n', 'a\n', 'no-change'],
    ['that changes nothing but the space it lost', 'a  \nb\n', 'a\nb\n', 'a\nb\n', 'no-change'],
    ['that was applied before', 'a\nnew\nb\n', 'a\n', 'a\nnew\n', 'already-applied'],
    ['that was applied before, with blank lines', 'a\n\nnew\nb\n', 'a\n', 'a\nnew\n', 'already-applied'],
    ['that was applied before, and is gone', 'x\nnew one\ny\n', 'old one\n', 'new one\n', 'already-applied'],
    ['that was applied before inside a line', 'f(a, b)\n', 'f(a', 'f(a, b', 'unsafe'],
    [
      'that was applied elsewhere, and fits here but for indentation',
      lines('  a', '  new', '', '    a', '    old'),
      lines('  a', '  old'),
      lines('  a', '  new'),
      'already-applied',
    ],
    ['that cuts a word', 'return xylophone\n', 'return xy', 'return z', 'unsafe'],
    ['that ends with a newline inside a line', 'return x + 1\n', 'return x\n', 'return y\n', 'not-found'],
    ['of one line whose other lines may be indented or not', '    a\n', 'a', 'a\n    b\n', 'unsafe'],
    ['whose indentation is not REPLACE’s', '    a\n    b\n', 'a\nb\n', 'x\na\n    b\n', 'unsafe'],
    ['that one more level is put around, or that has the right indentation', '  a()\n', 'a()\n', 'if (x) {\n  a()\n}\n', 'unsafe'],
    ['of which nothing says how deep REPLACE is', '  a\n  b\n', 'a\nb\n', '  c\n  d\n', 'unsafe'],
    ['too deep, with lines that are not', 'a {\n  b\n', '  a {\n    b\n', '  a {\nc\n', 'unsafe'],
    ['with spaces where the file mixes both', '\t\t  a\n\tb\n', '      a\n  b\n', '      a\n    c\n', 'unsafe'],
    ['with spaces in a file of tabs', '\ta\nend\n', 'end\n', 'end\n  b\n', 'unsafe'],
    ['with entities where the file has some itself', 'x = &lt;\none\n', 'one\n', 'one\na &lt; b\n', 'unsafe'],
    ['with typographic quotes where the file has some itself', 'it’s\none\n', 'one\n', 'one\n‘b’\n', 'unsafe'],
    ['with lines left out in REPLACE only', 'a\nb\nc\n', 'a\nb\nc\n', 'A\n// ... rest of the code ...\n', 'unsafe'],
    ['with two short lines and a gap', '}\n\n{\n', '}\n{\n', '}\nx\n{\n', 'not-found'],
    ['with parts left out in SEARCH only', lines('aa', '1', 'bb'), lines('aa', '...', 'bb'), lines('aa', 'cc', 'bb'), 'not-found'],
    [
      'with a part left out between places that are not to be told apart',
      lines('a', '1', 'b', 'a', '2', 'b'),
      lines('a', '...', 'b'),
      lines('A', '...', 'b'),
      'ambiguous',
    ],
    ['with nothing but what is left out', lines('a', 'b'), lines('...', '', '...'), lines('...', 'x', '...'), 'not-found'],
  ])('%s', (_name, text, search, replace, reason) => {
    expect(brief(edit(text, search, replace))).toEqual([reason])
  })

  it('and named with the lines where it would fit', () => {
    expect(edit(twice, 'a\nb\n', 'x\n')).toMatchObject({ reason: 'ambiguous', candidates: [1, 4] })
  })

  it('and shown what was probably meant', () => {
    const text = lines('import a', 'function parsePort(text) {', '  return Number(text)', '}', 'export { a }')
    const search = lines('function parsePort(value) {', '  return Number(text)', '}')
    expect(edit(text, search, 'x\n')).toMatchObject({
      reason: 'not-found',
      nearest: { startLine: 2, lines: ['function parsePort(text) {', '  return Number(text)', '}'] },
    })
    expect(edit(text, 'function parsePort(number, radix) {\n', 'x\n')).toMatchObject({ nearest: { startLine: 2 } })
  })

  it('and shown nothing where nothing is alike', () => {
    expect(edit('a\n', 'zebra\n', 'x\n')).toMatchObject({ reason: 'not-found', nearest: null })
  })
})

describe('the bytes of a file stay', () => {
  it.each([
    ['Windows line ends', 'a\r\nb\r\nc\r\n', 'b\n', 'x\ny\n', 'a\r\nx\r\ny\r\nc\r\n'],
    ['mixed line ends', 'a\r\nb\nc\r\nd\n', 'b\nc\n', 'B\nC\n', 'a\r\nB\nC\r\nd\n'],
    ['the line ends of neighbours, for new lines', 'a\r\nb\n', 'a\n', 'a\nx\n', 'a\r\nx\r\nb\n'],
    ['old line ends', 'a\rb\rc\r', 'b\n', 'x\n', 'a\rx\rc\r'],
    ['a carriage return inside a line', 'a\rb\nc\n', 'c\n', 'd\n', 'a\rb\nd\n'],
    ['a byte order mark', '\ufeffa\nb\n', 'a\n', 'x\n', '\ufeffx\nb\n'],
    ['a byte order mark that REPLACE repeats', '\ufeffa\nb\n', '\ufeffa\n', '\ufeffx\n', '\ufeffx\nb\n'],
    ['a missing final newline', 'a\nb', 'b\n', 'x\ny\n', 'a\nx\ny'],
    ['a missing final newline after a deletion', 'a\nb', 'b\n', '', 'a'],
    ['a final newline', 'a\nb\n', 'b', 'x', 'a\nx\n'],
    ['the line ends, when REPLACE has others', 'a\nb\n', 'a\r\n', 'x\r\ny\r\n', 'x\ny\nb\n'],
    ['a first line that is new, before everything', 'a\r\n', 'a\n', 'x\na\n', 'x\r\na\r\n'],
  ])('%s', (_name, text, search, replace, expected) => {
    expect(brief(edit(text, search, replace)).at(-1)).toBe(expected)
  })

  it('on every line that an exact edit does not touch, whatever the file holds', () => {
    const line = fc.tuple(
      fc.string({ unit: 'binary', maxLength: 12 }).map((text) => text.replaceAll(/[\r\n]/g, '')),
      fc.constantFrom('\n', '\r\n'),
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), fc.array(line, { maxLength: 20 }), fc.boolean(), (before, after, hasEnd) => {
        const join = (some: typeof before) => some.flat().join('')
        const rest = join(after)
        const text = `${join(before)}the one line of its kind\n${hasEnd ? rest : rest.replace(/\r?\n$/, '')}`
        expect(edit(text, 'the one line of its kind\n', 'another line\n')).toMatchObject({
          status: 'applied',
          text: text.replace('the one line of its kind', 'another line'),
        })
      }),
      { numRuns: process.env.SOAK === '1' ? 20_000 : 500 },
    )
  })
})

describe('several blocks', () => {
  const text = lines('a', 'b', 'c', 'd', 'e')
  const block = (search: string, replace: string) => ({ search, replace })

  it('are applied together, each told where it ended', () => {
    expect(applyEdits(text, [block('d\n', 'D\n'), block('a\n', 'a\n1\n2\n')])).toEqual({
      status: 'applied',
      text: lines('a', '1', '2', 'b', 'c', 'D', 'e'),
      blocks: [
        { level: 'exact', startLine: 6, endLine: 6 },
        { level: 'exact', startLine: 2, endLine: 3 },
      ],
    })
  })

  it('may share context', () => {
    const shared = [block('a\nb\n', 'A\nb\n'), block('b\nc\n', 'b\nC\n'), block('c\nd\n', 'c\nx\nd\n')]
    expect(applyEdits(text, shared)).toMatchObject({ text: lines('A', 'b', 'C', 'x', 'd', 'e') })
  })

  it.each([
    ['that change one line', [block('b\n', 'x\n'), block('a\nb\n', 'a\ny\n')], 1],
    ['that insert at one place', [block('a\n', 'a\nx\n'), block('a\n', 'a\nx\n')], 1],
    ['of which one does not fit', [block('b\n', 'x\n'), block('zebra\n', 'y\n')], 1],
  ])('are all refused %s', (_name, blocks, index) => {
    expect(applyEdits(text, blocks)).toMatchObject({ status: 'refused', block: index })
  })
})

describe('whatever is asked', () => {
  const anyText = fc.oneof(
    fc.constantFrom(...hostileTexts),
    fc
      .array(fc.constantFrom('a', 'b', '  a', '\tb', '', ' ', '...', '}', '1| a', '&lt;', '“', 'a\r'), { maxLength: 12 })
      .map((some) => some.join('\n')),
    fc.string({ unit: 'binary', maxLength: 40 }),
  )

  it('nothing throws, a refusal changes nothing, and an edit is not applied twice unless it fits again', () => {
    fc.assert(
      fc.property(anyText, anyText, anyText, (text, search, replace) => {
        const result = edit(text, search, replace)
        if (result.status === 'refused') return
        expect(result.text).not.toBe(text)
        const again = edit(result.text, search, replace)
        // A block that only adds to its own lines would grow for ever.
        if (replace.startsWith(search) && result.blocks[0]?.level === 'exact') expect(again.status).toBe('refused')
      }),
      { numRuns: process.env.SOAK === '1' ? 100_000 : 3000 },
    )
  })

  const many = 50_000
  const same = 'x\n'.repeat(many)
  const nested = Array.from({ length: many }, (_, index) => `${' '.repeat(index % 40)}call(${index % 7})\n`).join('')
  it.each([
    ['equal lines', same, `${'x\n'.repeat(many / 2)}y\n`],
    ['equal lines but for indentation', same, ` ${'x\n '.repeat(5000)}x\n`],
    ['equal lines with a slip', `${'function name() {\n'.repeat(many)}`, `${'function name() {\n'.repeat(398)}function nmae() {\n`],
    ['elisions', same, 'x\n...\n'.repeat(2000)],
    ['blank lines', '\n'.repeat(many), `a\n${'\n'.repeat(many / 2)}b\n`],
    ['one long line', 'a'.repeat(2_000_000), `${'a'.repeat(200_000)}b`],
    ['white space', `${' '.repeat(1_000_000)}\n`, `${' '.repeat(500_000)}.\n`],
    ['entities', 'a\n', '&amp;'.repeat(200_000)],
    ['numbered lines', same, Array.from({ length: 20_000 }, (_, index) => `${index} x\n`).join('')],
    ['lines that are nearly there', nested, nested.replaceAll('call', 'called').slice(0, 400_000)],
    ['a marker that goes on', same, `... ${'- '.repeat(200_000)}!\n`],
  ])('a file of 50,000 lines and a search of %s are answered', (_name, text, search) => {
    expect(edit(text, search, 'z\nz\n').status).toBe('refused')
  })

  it('a large block is applied to a large file', () => {
    const numbered = Array.from({ length: many }, (_, index) => `line ${index}\n`)
    const result = edit(
      numbered.join(''),
      numbered.slice(10_000, 40_000).join(''),
      numbered.slice(10_000, 40_000).with(15_000, 'new\n').join(''),
    )
    expect(result).toMatchObject({ status: 'applied', blocks: [{ level: 'exact', startLine: 25_001, endLine: 25_001 }] })
  })
})
