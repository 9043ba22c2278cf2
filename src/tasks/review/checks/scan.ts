import type { Language, Lexeme } from './language.ts'

/** A comment with its delimiters, or what stands between the quotes of a string. */
export interface Span {
  kind: 'comment' | 'string'
  start: number
  end: number
}

export type StringLexeme = Extract<Lexeme, { kind: 'string' }>

export interface Opener {
  opener: string
  at: number
}

/** What is known while a text is read from left to right. Whatever was looked for in vain is noted, so that reading stays linear. */
export interface Scan {
  readonly text: string
  readonly language: Language
  readonly spans: Span[]
  /** Strings that are left for the code in their holes, innermost last. */
  readonly holes: { lexeme: StringLexeme; open: string; close: string; depth: number }[]
  /** What to stop at inside a string of each kind. */
  readonly stops: Map<StringLexeme, RegExp>
  /** Words that end the here-documents which begin on the next line. */
  heredocs: string[]
  /** A here-document did not end: the next ones are taken for something else. */
  brokenHeredocs: boolean
  /** A string did not end: its quote was taken for a stray one. The next time it is believed. */
  strayQuote: boolean
  /** No regular expression begins before this offset. */
  noRegexBefore: number
}

/** Notes a span and answers with its end. */
export function push({ spans }: Scan, kind: Span['kind'], { start, end }: Omit<Span, 'kind'>): number {
  if (end > start) spans.push({ kind, start, end })
  return end
}

/** Where `wanted` begins, or the end of the text. */
export function indexOrEnd(text: string, wanted: string, start: number): number {
  const index = text.indexOf(wanted, start)
  return index === -1 ? text.length : index
}

/** A pattern that matches exactly this text. */
export function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
