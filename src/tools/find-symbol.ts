import { z } from 'zod'
import { closest } from '../domain/closest.ts'
import { formatCount, plural } from '../domain/plural.ts'
import { terminalLine } from '../domain/trust-terminal.ts'
import { languageOf } from '../syntax/language.ts'
import { symbolKinds, type CodeSymbol } from '../syntax/symbol.ts'
import { symbolsOf } from '../syntax/symbols.ts'
import { type Checkout, PathRefused } from '../workspace/checkout.ts'
import { fileText } from './file-text.ts'
import { pathFilter } from './path-filter.ts'
import { qualifiedName, readName, type SymbolName } from './symbol-name.ts'
import { defineTool } from './tool.ts'

const maxShown = 50
/** Files that are parsed for one question, about a tenth of a second each. */
const maxParsed = 200

export const findSymbol = defineTool({
  name: 'find_symbol',
  description: 'Find where a function, class, method, type or constant is defined. To find where it is used, search for its name.',
  effect: 'read',
  input: z.strictObject({
    name: z.string().min(1).max(200).describe('Its name, or a part of it; "Class.method" for a member'),
    path: z.string().default('.').describe('File or folder to look in; "." is the whole repository'),
    kind: z
      .enum(['any', ...symbolKinds])
      .default('any')
      .describe('Only definitions of this kind'),
  }),

  async run({ name: given, path, kind }, { checkout, signal }) {
    signal.throwIfAborted()
    const name = readName(given)
    // Says what is wrong with a path that is not there, where a search would only find nothing.
    await checkout.list(path)
    const { found, wanted, unread } = await look(name, kind, { checkout, path, signal })
    const note = unread > 0 ? [`[${plural(unread, 'more file')} with this name in it not looked at. Name a path.]`] : []
    if (wanted.length === 0) return { text: [await nothingFound({ given, kind, found }, { checkout, path, signal }), ...note].join('\n') }
    const rest = wanted.length - maxShown
    const more = rest > 0 ? [`[${formatCount(rest)} more are not shown. Name a path or a kind.]`] : []
    return { text: [...wanted.slice(0, maxShown).map(lineFor), ...more, ...note].join('\n') }
  },
})

interface Located {
  path: string
  symbol: CodeSymbol
}

interface Looking {
  checkout: Checkout
  path: string
  signal: AbortSignal
}

interface Looked {
  /** What fits best. */
  wanted: readonly Located[]
  /** All that is defined in the files that were looked at. */
  found: readonly Located[]
  /** How many files were not. */
  unread: number
}

/** First in files with the name as it is written, which are few; then in those with it in any case and as a part of others. */
async function look(name: SymbolName, kind: string, looking: Looking): Promise<Looked> {
  const attempts = [
    { isRegex: name.parts.every((part) => /^\w+$/.test(part)), ignoreCase: false },
    { isRegex: false, ignoreCase: true },
  ]
  let looked: Looked = { wanted: [], found: [], unread: 0 }
  for (const attempt of attempts) {
    const candidates = await candidateFiles(name, attempt, looking)
    const found = await definitionsIn(candidates.slice(0, maxParsed), looking)
    const ofKind = found.filter(({ symbol }) => kind === 'any' || symbol.kind === kind)
    looked = { wanted: bestMatches(ofKind, name), found, unread: candidates.length - maxParsed }
    if (looked.wanted.some(({ symbol }) => name.matches(symbol))) return looked
  }
  return looked
}

/** Files in which every part of the name stands at all, so that no other has to be parsed. */
async function candidateFiles(
  { parts }: SymbolName,
  { isRegex, ignoreCase }: { isRegex: boolean; ignoreCase: boolean },
  { checkout, path, signal }: Looking,
): Promise<string[]> {
  const isBelow = pathFilter({ folder: path, glob: '' })
  let files: ReadonlySet<string> | null = null
  for (const part of parts) {
    const earlier: ReadonlySet<string> | null = files
    const isWanted = (file: string) => (earlier ? earlier.has(file) : isBelow(file) && mayHoldSymbols(file))
    const pattern = isRegex ? `\\b${part}\\b` : part
    const { matches } = await checkout.search({ pattern, isRegex, ignoreCase, isWanted, signal })
    files = new Set(matches.map((match) => match.path))
  }
  return [...(files ?? [])]
}

/** By its name; of a file without an ending, the first line decides, which is seen when it is read. */
function mayHoldSymbols(path: string): boolean {
  return languageOf(path) !== null || !/\.[^/]*$/.test(path)
}

async function definitionsIn(paths: readonly string[], { checkout, signal }: Omit<Looking, 'path'>): Promise<Located[]> {
  const found: Located[] = []
  for (const path of paths) {
    signal.throwIfAborted()
    const text = await readText(checkout, path)
    for (const symbol of await symbolsOf(text, path)) found.push({ path, symbol })
  }
  return found
}

/** Empty for what is no text, or went away meanwhile. */
async function readText(checkout: Checkout, path: string): Promise<string> {
  try {
    return fileText(path, await checkout.read(path)).text
  } catch (error) {
    if (error instanceof PathRefused || (error instanceof Error && / (?:is binary|is UTF-16)/.test(error.message))) return ''
    throw error
  }
}

/** The same name, else the same but for case, else names that contain it. */
function bestMatches(found: readonly Located[], name: SymbolName): readonly Located[] {
  const levels: ((own: string, wanted: string) => boolean)[] = [
    (own, wanted) => own === wanted,
    (own, wanted) => own.toLowerCase() === wanted.toLowerCase(),
    (own, wanted) => own.toLowerCase().includes(wanted.toLowerCase()),
  ]
  for (const isSame of levels) {
    const matches = found.filter(({ symbol }) => name.matches(symbol, isSame))
    if (matches.length > 0) return matches
  }
  return []
}

function lineFor({ path, symbol }: Located): string {
  const { startLine, endLine, kind, signature } = symbol
  return terminalLine(`${path}:${startLine}-${endLine} ${kind} ${qualifiedName(symbol)} — ${signature}`)
}

interface Question {
  given: string
  kind: string
  /** What else is defined where the name stands. */
  found: readonly Located[]
}

async function nothingFound({ given, kind, found }: Question, looking: Looking): Promise<string> {
  const what = `No ${kind === 'any' ? 'definition' : kind} called ${terminalLine(JSON.stringify(given))}`
  const where = looking.path === '.' ? '' : ` in ${terminalLine(looking.path)}`
  const otherKinds = kind === 'any' ? [] : bestMatches(found, readName(given))
  if (otherKinds.length > 0) return [`${what}${where}, but of another kind:`, ...otherKinds.slice(0, 5).map(lineFor)].join('\n')
  const near = await closeDefinitions(given, looking)
  return near.length === 0 ? `${what} was found${where}.` : [`${what} was found${where}. Similar:`, ...near.map(lineFor)].join('\n')
}

async function closeDefinitions(given: string, looking: Looking): Promise<readonly Located[]> {
  const files = (await looking.checkout.list(looking.path)).filter((file) => languageOf(file) !== null)
  const all = await definitionsIn(files.slice(0, maxParsed), looking)
  const { last } = readName(given)
  // Of names that are as close, the first: one that begins alike.
  const names = all.map(({ symbol }) => symbol.name).toSorted((a, b) => Number(b[0] === last[0]) - Number(a[0] === last[0]))
  const near = closest(last, names)
  return near === undefined ? [] : (await look(readName(near), 'any', looking)).wanted.slice(0, 5)
}
