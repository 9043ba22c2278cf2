import type { Language } from '../syntax/language.ts'

/** How a language writes documentation: around a block, before every line, or as a string. */
type Form = { kind: 'block'; open: string; line: string; close: string } | { kind: 'lines'; marker: string } | { kind: 'docstring' }

const jsdoc: Form = { kind: 'block', open: '/**', line: ' * ', close: ' */' }

const forms: Readonly<Record<Language, Form>> = {
  bash: { kind: 'lines', marker: '#' },
  'c-sharp': { kind: 'lines', marker: '///' },
  cpp: jsdoc,
  css: { kind: 'block', open: '/*', line: ' * ', close: ' */' },
  go: { kind: 'lines', marker: '//' },
  java: jsdoc,
  javascript: jsdoc,
  php: jsdoc,
  python: { kind: 'docstring' },
  ruby: { kind: 'lines', marker: '#' },
  rust: { kind: 'lines', marker: '///' },
  tsx: jsdoc,
  typescript: jsdoc,
}

interface DocumentationStyle {
  language: Language
  /** White space before every line. */
  indentation: string
  lineEnd: string
  /** What stands there so far; its form is kept. Empty for nothing. */
  existing: string
}

const widestLine = 100

/** Documentation as the language writes it, without indentation before its first line. Throws for text that would not stay inside. */
export function docComment(given: string, { language, indentation, lineEnd, existing }: DocumentationStyle): string {
  const form = formLike(existing, forms[language])
  const lines = plainLines(given, form)
  if (lines.every((line) => line === '')) throw new Error('The text is empty. Say in a sentence what it does.')
  refuseEscapes(lines.join('\n'), form, language)
  return written(language === 'c-sharp' ? asXml(lines) : lines, form).join(`${lineEnd}${indentation}`)
}

/** In C++ and C#, both forms are in use. */
function formLike(existing: string, form: Form): Form {
  const marker = /^\/\/[/!]/.exec(existing)?.[0]
  if (marker !== undefined) return { kind: 'lines', marker }
  return existing.startsWith('/**') && form.kind === 'lines' ? jsdoc : form
}

/** The text without comment signs that whoever wrote it may have put around it. */
function plainLines(given: string, form: Form): string[] {
  const lines = given.replaceAll(/\r\n?/g, '\n').trim().split('\n')
  const whole = lines.join('\n')
  if (form.kind === 'docstring') return trimmed(/^[rRuU]?("""|''')([\s\S]*)\1$/.exec(whole)?.[2] ?? whole)
  const block = /^\/\*[*!]?([\s\S]*?)\*\/$/.exec(whole)?.[1]
  if (block !== undefined)
    return trimmed(
      block
        .split('\n')
        .map((line) => line.replace(/^\s*\*(?: |$)/, ''))
        .join('\n'),
    )
  const marker = form.kind === 'lines' ? form.marker : '//'
  const isMarked = lines.every((line) => line.trimStart().startsWith(marker))
  return trimmed(isMarked ? lines.map((line) => line.trimStart().slice(marker.length).replace(/^ /, '')).join('\n') : whole)
}

const trimmed = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trimEnd())

function refuseEscapes(text: string, form: Form, language: Language): void {
  const end = form.kind === 'block' ? /\*\//.exec(text)?.[0] : form.kind === 'docstring' ? /"""/.exec(text)?.[0] : undefined
  if (end !== undefined) throw new Error(`The text contains ${end}, which would end the comment. Write it in another way.`)
  if (/[\p{Cc}\u2028\u2029]/u.test(text.replaceAll(/[\n\t]/g, '')))
    throw new Error('The text contains control characters. Write plain text.')
  if (language === 'java' && text.includes('\\u'))
    throw new Error('The text contains \\u, which Java reads as a character even in a comment.')
}

/** Sentences become the summary; what is marked up already stays as it is. */
function asXml(lines: readonly string[]): readonly string[] {
  if (lines[0]?.startsWith('<')) return lines
  const escaped = lines.map((line) => line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'))
  return escaped.length === 1 ? [`<summary>${escaped[0]}</summary>`] : ['<summary>', ...escaped, '</summary>']
}

function written(lines: readonly string[], form: Form): string[] {
  const [first = ''] = lines
  const isShort = lines.length === 1 && first.length <= widestLine
  if (form.kind === 'lines') return lines.map((line) => `${form.marker} ${line}`.trimEnd())
  if (form.kind === 'block')
    return isShort
      ? [`${form.open} ${first}${form.close}`]
      : [form.open, ...lines.map((line) => `${form.line}${line}`.trimEnd()), form.close]
  const opening = lines.some((line) => line.includes('\\')) ? 'r"""' : '"""'
  const isClosable = isShort && !/["\\]$/.test(first) && !first.startsWith('"')
  return isClosable ? [`${opening}${first}"""`] : [`${opening}${first.startsWith('"') ? ' ' : ''}${first}`, ...lines.slice(1), '"""']
}
