import { languageOf } from '../../syntax/language.ts'
import type { CodeSymbol } from '../../syntax/symbol.ts'
import { symbolsOf } from '../../syntax/symbols.ts'
import { isInShard, type Shard } from '../../domain/shard.ts'
import type { Workbench } from '../verify/workbench.ts'
import { isForTests } from './is-for-tests.ts'
import { isWritable } from './writers/write-test.ts'

/** A function or method that a test can be written for. */
export interface Part {
  path: string
  /** With its containers: `Box.open`. */
  name: string
  startLine: number
  endLine: number
}

/** The lines that are meant, by file. */
export type WantedLines = ReadonlyMap<string, (line: number) => boolean>

/** The functions and methods with a line that is meant, in the order of the files. Tests are not tested. */
export async function findParts(
  wanted: WantedLines,
  { bench, shard }: { bench: Workbench; shard: Shard | null },
): Promise<readonly Part[]> {
  const project = await bench.project()
  const parts: Part[] = []
  for (const [path, isWanted] of wanted) {
    if (!isWritable(path) || isForTests(path) || (shard !== null && !isInShard(path, shard))) continue
    // What a link leads to is tested where it is.
    if ((await bench.transaction.checkout.look(path))?.kind === 'link') continue
    const text = await project.read(path)
    if (text !== null && languageOf(path, text) !== null) parts.push(...partsOf(path, await symbolsOf(text, path), isWanted))
  }
  return parts
}

const isCallable = ({ kind, bodyIndex }: CodeSymbol) => (kind === 'function' || kind === 'method') && bodyIndex !== null
// Unit tests of Rust stand in the source.
const testModules = new Set(['tests', 'test'])

const makers = new Set(['constructor', '__init__'])

/** The outermost functions: what stands inside of one is a detail of it, and whoever tests a method has made what it belongs to. */
function partsOf(path: string, symbols: readonly CodeSymbol[], isWanted: (line: number) => boolean): Part[] {
  const callable = symbols.filter(isCallable)
  const isNested = (one: CodeSymbol) =>
    callable.some((other) => other !== one && other.startIndex <= one.startIndex && other.endIndex >= one.endIndex)
  return callable
    .filter((symbol) => !(makers.has(symbol.name) && callable.some((other) => other !== symbol && isSibling(other, symbol))))
    .filter((symbol) => !isNested(symbol) && !symbol.containers.some((name) => path.endsWith('.rs') && testModules.has(name)))
    .filter(({ startLine, endLine }) => linesOf({ startLine, endLine }).some(isWanted))
    .map(({ name, containers, startLine, endLine }) => ({ path, name: [...containers, name].join('.'), startLine, endLine }))
}

const isSibling = (one: CodeSymbol, other: CodeSymbol) => one.containers.join('.') === other.containers.join('.')

/** The numbers of the lines of a part. */
export const linesOf = ({ startLine, endLine }: Pick<Part, 'startLine' | 'endLine'>): number[] =>
  Array.from({ length: endLine - startLine + 1 }, (_, index) => startLine + index)
