import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapeHidden, showHidden } from '../../src/domain/trust.ts'
import { commandData, commandProperty, guardCommands, stopCommands } from '../../src/domain/trust-github.ts'
import { jsonText } from '../../src/domain/trust-json.ts'
import { sarifText } from '../../src/domain/trust-sarif.ts'
import { terminalLine, terminalText } from '../../src/domain/trust-terminal.ts'
import { relativeUri } from '../../src/domain/trust-uri.ts'
import { xmlAttribute, xmlText } from '../../src/domain/trust-xml.ts'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { hiddenIn } from '../helpers/hidden-characters.ts'
import { hostilePaths, hostileTexts } from '../helpers/hostile-texts.ts'
import { pathArbitrary, textArbitrary } from '../helpers/report-arbitrary.ts'

/** What a runner takes for a command. */
const obeyed = /^\s*::|##\[|##vso\[|##teamcity\[/im
const anyText = fc.oneof(textArbitrary, pathArbitrary, fc.string({ unit: 'binary', maxLength: 200 }))

it('has a corpus worth the name', () => {
  expect(hostileTexts.length).toBeGreaterThanOrEqual(40)
  expect(hostilePaths.length).toBeGreaterThanOrEqual(30)
})

describe('hidden characters', () => {
  it.each([
    ['\u001b[31mred', '\u241b[31mred'],
    ['a\u007fb', 'a\u2421b'],
    ['a\u009bb', 'a<U+009B>b'],
    ['a\u202eb', 'a<U+202E>b'],
    ['a\u{e0041}b', 'a<U+E0041>b'],
    ['a\u200bb\ufeff', 'a<U+200B>b<U+FEFF>'],
    ['a\ud800b', 'a<U+D800>b'],
    ['a\rb', 'a\u240db'],
    ['a\r\r\nb', 'a\u240d\nb'],
  ])('%j is shown as %j', (text, shown) => {
    expect(showHidden(text)).toBe(shown)
  })

  it('leaves newlines, tabs, letters of every script and emoji as they are', () => {
    const text = 'a\n\tb, äöü, 漢字, עברית, हिन्दी, 🎉, ❤\ufe0f, 1\ufe0f\u20e3'
    expect(showHidden(text)).toBe(text)
  })

  it('shows variation selectors that do not make an emoji, since they can carry a message', () => {
    expect(showHidden('a\ufe0f 🎉\ufe0f\ufe0f \ufe01')).toBe('a<U+FE0F> 🎉\ufe0f<U+FE0F> <U+FE01>')
  })

  it('never survive in terminal text, and a second pass changes nothing', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const safe of [terminalText, terminalLine]) {
          const once = safe(text)
          expect(hiddenIn(once)).toEqual([])
          expect(safe(once)).toBe(once)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('keep a line a line', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(terminalLine(text)).not.toMatch(/[\n\t]/)
      }),
    )
  })

  it('are escapes in JSON, which reads back the same', () => {
    fc.assert(
      fc.property(
        fc.anything({ values: [anyText], key: anyText }).filter((value) => JSON.stringify(value) !== undefined),
        (value) => {
          const text = jsonText(value)
          expect(hiddenIn(text)).toEqual([])
          expect(text).not.toMatch(/##(?:vso|teamcity)?\[/i)
          expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
        },
      ),
      { numRuns: 500 },
    )
  })

  it('of two code units are escaped as two', () => {
    expect(escapeHidden('\u{e0041}')).toBe('\\udb40\\udc41')
  })
})

describe('commands of CI runners', () => {
  it.each([
    ['::error::x', '¦::error::x'],
    ['  \t::add-mask::x', '  \t¦::add-mask::x'],
    ['a\n::b', 'a\n¦::b'],
    ['  \u001b[2m::error::x', '  \u001b[2m¦::error::x'],
    ['std::vector', 'std::vector'],
    ['x ##[error]y', 'x #¦#[error]y'],
    ['## heading', '## heading'],
    ['section_start:1:x', '¦section_start:1:x'],
  ])('in %j are broken visibly: %j', (text, guarded) => {
    expect(guardCommands(text)).toBe(guarded)
  })

  it('never survive, and a second pass changes nothing', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = guardCommands(terminalText(text))
        expect(once).not.toMatch(obeyed)
        expect(once).not.toMatch(/^\s*section_(?:start|end):/m)
        expect(guardCommands(once)).toBe(once)
      }),
      { numRuns: 1000 },
    )
  })

  it('cannot be switched on again from within a guarded text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const lines = stopCommands(terminalText(`${text}\n::token::\n::error::x`), 'token').split('\n')
        expect(lines.filter((line) => line.trimStart().startsWith('::'))).toEqual(['::stop-commands::token', '::token::'])
        expect(lines.slice(-2)).toEqual(['::token::', ''])
      }),
    )
  })

  it('are one line each, and decode to the text they carry', () => {
    const decode = (text: string) => text.replaceAll('%0A', '\n').replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%25', '%')
    fc.assert(
      fc.property(anyText, (text) => {
        expect(commandData(text)).not.toMatch(/[\r\n]/)
        expect(commandProperty(text)).not.toMatch(/[\r\n:,]/)
        const shown = showHidden(text).replaceAll(/##(?=(?:vso|teamcity)?\[)/gi, '#¦#')
        expect(decode(commandData(text))).toBe(shown)
        expect(decode(commandProperty(text))).toBe(shown)
      }),
      { numRuns: 500 },
    )
  })

  it('are escaped the way the runner decodes them', () => {
    expect(commandData('100%\n::x::')).toBe('100%25%0A::x::')
    expect(commandProperty('a:b,c')).toBe('a%3Ab%2Cc')
  })
})

describe('XML text', () => {
  it('is well-formed and reads back as the text with its hidden characters shown', () => {
    const parser = new XMLParser({
      ignoreAttributes: false,
      attributeNamePrefix: '',
      trimValues: false,
      parseTagValue: false,
      htmlEntities: true,
    })
    fc.assert(
      fc.property(anyText, (text) => {
        const xml = `<r a="${xmlAttribute(text)}">-${xmlText(text)}-</r>`
        expect(XMLValidator.validate(xml)).toBe(true)
        const { r } = parser.parse(xml)
        expect(r).toEqual({ '#text': `-${showHidden(text)}-`, a: showHidden(text) })
        expect(xmlAttribute(text)).not.toMatch(/[\n\t]/)
        expect(xmlText(text)).not.toMatch(obeyed)
      }),
      { numRuns: 500 },
    )
  })
})

describe('SARIF text', () => {
  it('has neither links nor placeholders, and a second pass changes nothing', () => {
    expect(sarifText('see [a](1) and {0}, {x}')).toBe('see [a] (1) and { 0}, {x}')
    fc.assert(
      fc.property(anyText, (text) => {
        const once = sarifText(text)
        expect(once).not.toMatch(/\]\(|\{\d+\}/)
        expect(sarifText(once)).toBe(once)
      }),
    )
  })
})

describe('relative URIs', () => {
  it.each([
    ['src/a b.ts', 'src/a%20b.ts'],
    ['src/100%25.ts', 'src/100%2525.ts'],
    ['src/ä.ts', 'src/%C3%A4.ts'],
    ['../../etc/passwd', '%E2%80%A5/%E2%80%A5/etc/passwd'],
    ['/etc/passwd', 'etc/passwd'],
    ['//host/x', 'host/x'],
    ['https://evil.example/x', 'https%3A/evil.example/x'],
    ['a#b?c', 'a%23b%3Fc'],
    ['.', '_'],
  ])('%j is %j', (path, uri) => {
    expect(relativeUri(path)).toBe(uri)
  })

  it('stay below their base, whatever the path says', () => {
    fc.assert(
      fc.property(anyText, (path) => {
        const url = new URL(relativeUri(path), 'file:///repository/root/')
        expect(url.href).toMatch(/^file:\/\/\/repository\/root\/[^?#]+$/)
      }),
      { numRuns: 1000 },
    )
  })
})
