import { z } from 'zod'
import { closest } from '../domain/closest.ts'
import { terminalLine } from '../domain/trust-terminal.ts'
import { commentsOf } from '../syntax/comment.ts'
import { isOnlyDocumentationChanged } from '../syntax/is-only-documentation-changed.ts'
import { languageOf, type Language } from '../syntax/language.ts'
import type { CodeSymbol } from '../syntax/symbol.ts'
import { symbolsOf } from '../syntax/symbols.ts'
import { docComment } from './doc-comment.ts'
import { fileText } from './file-text.ts'
import { qualifiedName, readName } from './symbol-name.ts'
import { defineTool } from './tool.ts'

const maxCharacters = 5000
const maxCandidates = 20

export const writeDocs = defineTool({
  name: 'write_docs',
  description:
    'Add or replace the doc comment of one function, class or other definition. Nothing but documentation can be changed with it.',
  effect: 'write',
  input: z.strictObject({
    path: z.string().describe('Path of the file relative to the root of the repository'),
    symbol: z.string().min(1).max(200).describe('Name of the definition; "Class.method" for a member'),
    text: z.string().min(1).max(maxCharacters).describe('The documentation as plain text, without comment signs'),
    line: z.int().nonnegative().default(0).describe('A line of the definition, where several have the same name; 0 otherwise'),
  }),

  async run({ path, symbol: wanted, text, line }, { checkout, seen, signal }) {
    signal.throwIfAborted()
    const bytes = await checkout.read(path)
    const file = fileText(path, bytes)
    const name = terminalLine(path)
    if (file.encoding !== 'utf8') throw new Error(`${name} is not UTF-8, and is left alone.`)
    const language = languageOf(path, file.text)
    if (!language) throw new Error(`${name} is in a language whose documentation is not understood. Use edit_file.`)
    const symbol = chosen(await symbolsOf(file.text, path), { name, wanted, line })
    const after = await documented(file.text, { path, language, symbol, text })
    if (after === file.text) return { text: `${name} says exactly this about ${terminalLine(wanted)} already.` }
    if (!(await isOnlyDocumentationChanged(file.text, after, path))) throw new Error(refusal(name))
    const content = Buffer.from(file.hasByteOrderMark ? `\uFEFF${after}` : after)
    const wasSeen = seen.check(path, bytes) === 'seen'
    await checkout.write(path, content)
    if (wasSeen) seen.note(path, content)
    const did = symbol.documentation ? 'Replaced' : 'Added'
    return {
      text: `${did} the documentation of ${symbol.kind} ${terminalLine(qualifiedName(symbol))} in ${name}, line ${symbol.startLine}.`,
    }
  },
})

function refusal(name: string): string {
  return `${name} was left alone: more than documentation would change. The comment that is there, or the new one, holds something that a program obeys (such as @ts-ignore), or the file does not parse there.`
}

function chosen(symbols: readonly CodeSymbol[], { name, wanted, line }: { name: string; wanted: string; line: number }): CodeSymbol {
  const asked = readName(wanted)
  const named = symbols.filter((symbol) => asked.matches(symbol))
  const matching = line === 0 ? named : named.filter(({ startLine, endLine }) => startLine <= line && line <= endLine)
  const [only, ...others] = matching
  if (only && others.length === 0) return only
  if (named.length === 0) throw new Error(`${name} defines no ${terminalLine(JSON.stringify(wanted))}.${nearest(symbols, asked.last)}`)
  const candidates = named.slice(0, maxCandidates).map((symbol) => `line ${symbol.startLine}: ${symbol.kind} ${qualifiedName(symbol)}`)
  const problem = only ? 'several definitions match' : `none of them is at line ${line}`
  throw new Error(`In ${name}, ${problem}. Name the class too, or the line:\n${candidates.map(terminalLine).join('\n')}`)
}

function nearest(symbols: readonly CodeSymbol[], wanted: string): string {
  if (symbols.length === 0) return ' It has no definitions, or could not be parsed.'
  const names = symbols.map(({ name }) => name)
  const near = closest(wanted, names)
  if (near !== undefined) return ` Did you mean ${terminalLine(near)}?`
  return ` It defines ${terminalLine([...new Set(names)].slice(0, maxCandidates).join(', '))}.`
}

interface Documenting {
  path: string
  language: Language
  symbol: CodeSymbol
  text: string
}

/** The file with the documentation in it. */
async function documented(before: string, { path, language, symbol, text }: Documenting): Promise<string> {
  const lineEnd = /\r?\n/.exec(before)?.[0] ?? '\n'
  const { documentation } = symbol
  const index = documentation?.startIndex ?? (await insertionIndex(before, { path, language, symbol }))
  const indentation = /[^\n]*$/.exec(before.slice(Math.max(0, index - 1000), index))?.[0] ?? ''
  if (indentation.trim() !== '' && !documentation) throw new Error(sharesLine(symbol))
  const existing = documentation ? before.slice(documentation.startIndex, documentation.endIndex) : ''
  const white = /^\s*/.exec(indentation)?.[0] ?? ''
  const comment = docComment(text, { language, indentation: white, lineEnd, existing })
  const gap = documentation ? '' : `${lineEnd}${white}`
  return `${before.slice(0, index)}${comment}${gap}${before.slice(documentation?.endIndex ?? index)}`
}

function sharesLine(symbol: CodeSymbol): string {
  return `${terminalLine(qualifiedName(symbol))} shares line ${symbol.startLine} with other code. Put it on a line of its own first.`
}

/** Where new documentation goes: before the definition, and before comments at it that a program obeys; in Python, at the head of the body. */
async function insertionIndex(before: string, { path, language, symbol }: Omit<Documenting, 'text'>): Promise<number> {
  if (language === 'python') return bodyOfPython(before, symbol)
  const comments = (await commentsOf(before, path)) ?? []
  let [index, line] = [symbol.startIndex, symbol.startLine]
  for (const comment of comments.toReversed()) {
    const isAtIt = comment.endIndex <= index && comment.endLine === line - 1 && isAtLineStart(before, comment.startIndex)
    if (!isAtIt || comment.directive === null || comment.directive.startsWith('#!')) continue
    index = comment.startIndex
    line = comment.startLine
  }
  return index
}

function isAtLineStart(text: string, index: number): boolean {
  return /(?:^|\n)[ \t]*$/.test(text.slice(Math.max(0, index - 1000), index))
}

function bodyOfPython(before: string, symbol: CodeSymbol): number {
  const { kind, bodyIndex } = symbol
  if (bodyIndex === null || !['function', 'method', 'class'].includes(kind))
    throw new Error(`Python has documentation for functions and classes only; ${terminalLine(symbol.name)} is a ${kind}.`)
  const isApart =
    before.lastIndexOf('\n', bodyIndex - 1) >= symbol.startIndex && /\n[ \t]*$/.test(before.slice(symbol.startIndex, bodyIndex))
  if (!isApart) throw new Error(sharesLine(symbol))
  return bodyIndex
}
