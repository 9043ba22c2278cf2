import { symbolsOf } from '../syntax/symbols.ts'
import type { CodeSymbol } from '../syntax/symbol.ts'

/** A file of a package in which it declares something. */
export interface DeclarationFile {
  /** Posix, relative to the root of the project. */
  path: string
  text: string
  /** The only names that others get from it; null: all that it exports. */
  names: ReadonlySet<string> | null
}

/** What an installed package says about itself. */
export interface PackageDocs {
  /** Name and version. */
  title: string
  description: string
  readme: string
  /** What others see when they import it, entry first. */
  publicFiles(): AsyncIterable<DeclarationFile>
  /** Everything that it declares, what others see first. */
  allFiles(): AsyncIterable<DeclarationFile>
}

/** A definition and the file that it is in. */
export interface Declared {
  file: DeclarationFile
  symbol: CodeSymbol
}

/** The definitions of a file that belong to what others can use. */
export async function publicSymbols(file: DeclarationFile): Promise<readonly Declared[]> {
  const symbols = (await symbolsOf(file.text, file.path)).filter(({ name, containers, isExported }) => {
    if (containers.length > 0 || isExported === false || name.startsWith('_')) return false
    return file.names === null || file.names.has(name)
  })
  return symbols.map((symbol) => ({ file, symbol }))
}
