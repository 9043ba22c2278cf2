import type { Language } from './language.ts'
import { lexCode } from './lex-code.ts'
import { lexComponent, lexPhp } from './lex-markup.ts'
import type { Span } from './scan.ts'

/** A text with its parts told apart: both have the length and the line breaks of the original. */
export interface SourceText {
  /** Comments and the content of strings are spaces; the quotes stay. */
  code: string
  /** Everything but the comments is spaces. */
  comments: string
}

/** Tells code, comments and strings apart. Broken code never throws: what cannot be told is code. */
export function sourceText(text: string, language: Language): SourceText {
  const spans = spansOf(text, language)
  const code: string[] = []
  const comments: string[] = []
  let at = 0
  for (const { kind, start, end } of spans) {
    const between = text.slice(at, start)
    const inside = text.slice(start, end)
    code.push(between, blank(inside))
    comments.push(blank(between), kind === 'comment' ? inside : blank(inside))
    at = end
  }
  const rest = text.slice(at)
  return { code: code.join('') + rest, comments: comments.join('') + blank(rest) }
}

function spansOf(text: string, language: Language): readonly Span[] {
  if (language.inside === 'script') return lexComponent(text, language)
  if (language.inside === 'php') return lexPhp(text, language)
  return lexCode(text, language)
}

function blank(text: string): string {
  return text.replace(/[^\r\n]/g, ' ')
}
