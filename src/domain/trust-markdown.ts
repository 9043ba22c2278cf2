import { showHidden } from './trust.ts'

/**
 * A word that Markdown and the forges leave alone: letters, digits and a little punctuation. It is a list of what is allowed, because the
 * list of what is live (HTML, links, images, mentions, references, emphasis, math, tables, commands of bots) has no end.
 */
const plain = /^[A-Za-z\d\u0080-\u{10FFFF}][A-Za-z\d\u0080-\u{10FFFF}.,'"/()-]*$/u
/** Plain to look at, yet linked: addresses without a scheme, commits, issues. */
const linked = /www\.|(?=[a-f]{0,39}\d)[\da-f]{7,}|\bgh-\d/i
const ticket = /\b[A-Z]{2,}-\d/
const codeSpan = /(?<!`)(`+)(?!`)(.*?[^`])\1(?!`)/g
const fence = /^( {0,3})(`{3,}|~{3,})[^\n`]*\n([\s\S]*?)(?:^ {0,3}\2[`~]*[^\S\n]*$|$(?![\s\S]))/gm

/**
 * Untrusted text as Markdown that renders as text: paragraphs, lists, inline code and fenced code survive; everything else that could be
 * live is shown as code. Doing it twice changes nothing.
 */
export function markdownText(text: string): string {
  const shown = showHidden(text)
  const parts: string[] = []
  let end = 0
  for (const { 0: block, 1: indent = '', 3: body = '', index } of shown.matchAll(fence)) {
    parts.push(prose(shown.slice(end, index)), fencedBlock(body.replaceAll(new RegExp(`^ {0,${indent.length}}`, 'gm'), '')))
    end = index + block.length
  }
  return [...parts, prose(shown.slice(end))].filter((part) => part !== '').join('\n\n')
}

/** Untrusted text on one line of Markdown. */
export function markdownLine(text: string): string {
  return line(showHidden(text).replaceAll(/\s+/g, ' ').trim()).replace(/^- /, '\u2013 ')
}

/** Untrusted text as inline code, on one line; empty text gives nothing. */
export function inlineCode(text: string): string {
  const content = showHidden(text).replaceAll(/\s+/g, ' ').trim()
  if (content === '') return ''
  const ticks = '`'.repeat(longestRun(content) + 1)
  const space = content.startsWith('`') || content.endsWith('`') ? ' ' : ''
  return `${ticks}${space}${content}${space}${ticks}`
}

/**
 * Untrusted text as a fenced block. It is indented by two spaces, which renders the same, so that bots that look for commands at the
 * start of a line of the raw text find none.
 */
export function fencedBlock(text: string, language = ''): string {
  const content = showHidden(text).replace(/^\n+/, '').trimEnd()
  const ticks = '`'.repeat(Math.max(3, longestRun(content) + 1))
  const info = /^[a-z\d+-]{1,20}$/i.test(language) ? language : ''
  return [`${ticks}${info}`, ...content.split('\n'), ticks].map((row) => `  ${row}`).join('\n')
}

const longestRun = (text: string) => (text.match(/`+/g) ?? []).reduce((longest, { length }) => Math.max(longest, length), 0)

function prose(text: string): string {
  return text
    .split('\n')
    .map((row) => line(row.trim()))
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
}

/** One line: its code spans as they are, the words between them one by one. A blank span keeps its neighbours apart. */
function line(text: string): string {
  const parts: string[] = []
  let end = 0
  for (const { 0: span, 2: code = '', index } of text.matchAll(codeSpan)) {
    parts.push(words(text.slice(end, index), end === 0), inlineCode(code) || ' ')
    end = index + span.length
  }
  return glue([...parts, words(text.slice(end), end === 0)])
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** Two code spans that touch would read as one, with other ends. */
function glue(parts: readonly string[]): string {
  const filled = parts.filter((part) => part !== '')
  return filled.map((part, index) => (part.startsWith('`') && filled[index - 1]?.endsWith('`') ? ` ${part}` : part)).join('')
}

function words(text: string, atStart: boolean): string {
  return text.replaceAll(/\S+/g, (word, index: number) => safeWord(word, atStart && index === 0 && text.length > 1))
}

function safeWord(word: string, first: boolean): string {
  if (/^-+$/.test(word)) return dash(word.length, first)
  const { open, core, close } = peel(word)
  const live = core !== '' && (!plain.test(core) || linked.test(word) || ticket.test(core))
  return live ? `${open}${inlineCode(core)}${close}` : word
}

/** A row of hyphens under a line would make it a heading; at the start of a line one makes a list. */
const dash = (length: number, first: boolean) => (length === 1 ? (first ? '-' : '\u2013') : '\u2014')

/** Punctuation around a word stays outside the code. */
function peel(word: string): { open: string; core: string; close: string } {
  const open = /^["'(]*/.exec(word)?.[0] ?? ''
  const inner = word.slice(open.length)
  const outside = inner.includes('(') ? '.,;:!?' : '.,;:!?"\')'
  let end = inner.length
  while (end > 0 && outside.includes(inner.charAt(end - 1))) end--
  return { open, core: inner.slice(0, end), close: inner.slice(end) }
}
