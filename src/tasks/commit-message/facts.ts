import type { Change, ChangedFile } from '../../domain/change.ts'
import { isOnlyDocumentationChanged } from '../../syntax/is-only-documentation-changed.ts'
import { symbolsOf } from '../../syntax/symbols.ts'
import type { CodeSymbol } from '../../syntax/symbol.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import { type FileRole, roleOf } from './file-role.ts'
import { riskOf } from '../review/risk.ts'

/** Symbols of a file, each as `kind name`. */
export interface SymbolChanges {
  added: readonly string[]
  changed: readonly string[]
  removed: readonly string[]
}

/** A changed file, and what is known of it without a model. */
export interface FileFacts {
  file: ChangedFile
  role: FileRole
  symbols: SymbolChanges
  /** Exported before, and not there any more. */
  removedExports: readonly string[]
  isOnlyDocumentation: boolean
}

/** Files that are parsed: those that matter most. What is known of more than these would not be told anyway. */
const maxParsed = 12
const maxParsedBytes = 200_000
const maxTelling = 60_000

const nothing = { added: [], changed: [], removed: [] }

/** Looks at every file of a change, and parses the telling ones. */
export async function gatherFacts(change: Change, workspace: Workspace): Promise<FileFacts[]> {
  const files = change.files.map((file) => ({ file, role: roleOf(file) }))
  const telling = files
    .filter(({ file, role }) => file.kind === 'text' && file.hunks.length > 0 && (role === 'source' || role === 'test'))
    .filter(({ file }) => (file.size ?? 0) <= maxParsedBytes && file.addedLines + file.removedLines <= maxTelling)
    .toSorted((one, other) => riskOf(other.file) - riskOf(one.file))
    .slice(0, maxParsed)
  const parsed = new Map(await Promise.all(telling.map(async ({ file }) => [file, await parsedFacts(file, change, workspace)] as const)))
  return files.map(({ file, role }) => ({
    file,
    role,
    ...(parsed.get(file) ?? { symbols: nothing, removedExports: [], isOnlyDocumentation: false }),
  }))
}

type Parsed = Pick<FileFacts, 'symbols' | 'removedExports' | 'isOnlyDocumentation'>

async function parsedFacts(file: ChangedFile, { old, new: now }: Change, workspace: Workspace): Promise<Parsed> {
  const read = async (tree: Change['old'], path: string) => (await workspace.readFile(tree, path).catch(() => null))?.toString('utf8') ?? ''
  const [before, after] = await Promise.all([read(old, file.oldPath ?? file.path), read(now, file.path)])
  if (before.length > maxParsedBytes) return { symbols: nothing, removedExports: [], isOnlyDocumentation: false }
  const [oldSymbols, newSymbols] = await Promise.all([symbolsOf(before, file.oldPath ?? file.path), symbolsOf(after, file.path)])
  return {
    symbols: compare(oldSymbols, newSymbols, file),
    removedExports: missingFrom(newSymbols, oldSymbols)
      .filter(({ isExported, containers }) => isExported === true && containers.length === 0)
      .map(({ name }) => name),
    isOnlyDocumentation: file.status === 'modified' && (await isOnlyDocumentationChanged(before, after, file.path)),
  }
}

const keyOf = ({ name, kind, containers }: CodeSymbol) => [...containers, kind, name].join('\0')

function missingFrom(symbols: readonly CodeSymbol[], others: readonly CodeSymbol[]): CodeSymbol[] {
  const keys = new Set(symbols.map(keyOf))
  return others.filter((symbol) => !keys.has(keyOf(symbol)))
}

function compare(before: readonly CodeSymbol[], after: readonly CodeSymbol[], file: ChangedFile): SymbolChanges {
  const added = missingFrom(before, after)
  const isNew = new Set(added)
  const lines = file.hunks.flatMap((hunk) =>
    hunk.lines.flatMap(({ kind, newLine }) => (kind === 'added' && newLine !== null ? [newLine] : [])),
  )
  const touched = new Set(lines.flatMap((line) => innermost(after, line) ?? []))
  return {
    added: outer(added).map(label),
    changed: [...touched].filter((symbol) => !isNew.has(symbol)).map(label),
    removed: outer(missingFrom(after, before)).map(label),
  }
}

/** What stands inside of something that is new itself goes without saying. */
const outer = (symbols: readonly CodeSymbol[]) => {
  const names = new Set(symbols.map(({ name }) => name))
  return symbols.filter(
    ({ containers, kind }) => !containers.some((name) => names.has(name)) && (containers.length === 0 || kind === 'method'),
  )
}

const innermost = (symbols: readonly CodeSymbol[], line: number) =>
  symbols.findLast(({ startLine, endLine }) => startLine <= line && line <= endLine)

const label = ({ kind, name, containers }: CodeSymbol) => `${kind} ${[...containers.slice(-1), name].join('.')}`
