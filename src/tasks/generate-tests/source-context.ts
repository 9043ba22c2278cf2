import type { CodeSymbol } from '../../syntax/symbol.ts'
import { symbolsOf } from '../../syntax/symbols.ts'
import { languageOf } from '../../syntax/language.ts'
import { parse } from '../../syntax/parse.ts'
import type { Part } from './find-parts.ts'

/** What has to be known of a source to test a part of it. */
export interface SourceContext {
  text: string
  lines: readonly string[]
  /** Its imports as they stand there. */
  imports: string
  /** For a method, the head of what it is in and how that is made. */
  frame: string
}

const importTypes = /^(?:import_|future_import|use_declaration|package_)/
const makers = new Set(['constructor', '__init__', 'new'])
const longestImports = 20
const longestMaker = 15

/** Reads around a part. */
export async function sourceContext({ path, name }: Part, text: string): Promise<SourceContext> {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''))
  const symbols = await symbolsOf(text, path)
  return { text, lines, imports: await importsIn(text, path), frame: frameOf(name.split('.').slice(0, -1), symbols, lines) }
}

async function importsIn(text: string, path: string): Promise<string> {
  const language = languageOf(path, text)
  const tree = language && (await parse(text, language))
  const nodes = tree?.root.children.filter(({ type }) => importTypes.test(type)) ?? []
  return nodes
    .flatMap(({ startIndex, endIndex }) => text.slice(startIndex, endIndex).trimEnd().split('\n'))
    .slice(0, longestImports)
    .join('\n')
}

function frameOf(containers: readonly string[], symbols: readonly CodeSymbol[], lines: readonly string[]): string {
  if (containers.length === 0) return ''
  const holder = symbols.find((symbol) => symbol.name === containers.at(-1) && symbol.kind !== 'method')
  if (!holder) return ''
  const isOwn = (symbol: CodeSymbol) => symbol.containers.at(-1) === holder.name
  const maker = symbols.find((symbol) => isOwn(symbol) && makers.has(symbol.name))
  const made = maker ? lines.slice(maker.startLine - 1, Math.min(maker.endLine, maker.startLine - 1 + longestMaker)) : []
  return [lines[holder.startLine - 1] ?? '', ...made].join('\n')
}
