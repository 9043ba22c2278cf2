import { z } from 'zod'
import { formatCount, plural } from '../domain/plural.ts'
import { terminalLine } from '../domain/trust-terminal.ts'
import { type Checkout, PathRefused } from '../workspace/checkout.ts'
import type { SearchMatch } from '../workspace/search-question.ts'
import { fileText, linesOf } from './file-text.ts'
import { pathFilter } from './path-filter.ts'
import { defineTool } from './tool.ts'

const maxMatches = 100
const maxContext = 10
const maxLineCharacters = 300
const maxPatternLength = 1000
const noteCharacters = 200

export const search = defineTool({
  name: 'search',
  description: `Find lines in the files of the repository, at most ${maxMatches} at a time. Files that git ignores are not searched.`,
  effect: 'read',
  input: z.strictObject({
    pattern: z.string().min(1).max(maxPatternLength).describe('Regular expression, matched against one line at a time'),
    is_regex: z.boolean().default(true).describe('False to look for the pattern as plain text'),
    ignore_case: z.boolean().default(false).describe('Whether upper and lower case are the same'),
    folder: z.string().default('.').describe('Folder or file to search; "." is the whole repository'),
    glob: z.string().default('').describe('Only files that match, such as "*.ts"; empty for all'),
    context_lines: z.int().nonnegative().default(0).describe(`Lines to show before and after each match, at most ${maxContext}`),
  }),

  async run({ pattern, is_regex, ignore_case, folder, glob, context_lines }, { checkout, outputs, signal }) {
    signal.throwIfAborted()
    if (/[\n\0]/.test(pattern))
      throw new Error('A pattern cannot hold a line break: the search goes line by line. Look for one of the lines.')
    // Says what is wrong with a folder that is not there, where a search would only find nothing.
    if ((await checkout.look(folder))?.kind !== 'folder') await checkout.list(folder)
    const isWanted = pathFilter({ folder, glob })
    const { matches, isComplete } = await checkout.search({ pattern, isRegex: is_regex, ignoreCase: ignore_case, isWanted, signal })
    if (matches.length === 0) return { text: `No line matches ${terminalLine(JSON.stringify(pattern))}${placeOf(folder, glob)}.` }
    const budget = outputs.maxCharacters - noteCharacters
    const { blocks, shown } = await show(matches, { checkout, context: Math.min(context_lines, maxContext), budget })
    const files = new Set(matches.map(({ path }) => path)).size
    const head = `${isComplete ? '' : 'More than '}${plural(matches.length, 'line')} in ${plural(files, 'file')}:`
    const rest = matches.length - shown
    const note = rest > 0 ? [`[${formatCount(rest)} more are not shown. Narrow it: a longer pattern, a folder or a glob.]`] : []
    return { text: [head, ...blocks, ...note].join('\n') }
  },
})

function placeOf(folder: string, glob: string): string {
  return `${folder === '.' ? '' : ` in ${terminalLine(folder)}`}${glob === '' ? '' : ` in files like ${terminalLine(glob)}`}`
}

interface Showing {
  checkout: Checkout
  context: number
  /** Characters. */
  budget: number
}

/** The lines of the matches, a block for each file, as far as there is room. */
async function show(matches: readonly SearchMatch[], { checkout, context, budget }: Showing): Promise<{ blocks: string[]; shown: number }> {
  const blocks: string[] = []
  let shown = 0
  let left = budget
  for (const [path, numbers] of byFile(matches.slice(0, maxMatches))) {
    const lines = await readLines(checkout, path)
    const rows: string[] = []
    for (const group of groups(numbers, context)) {
      const row = group.map((number) => rowOf(lines, number, numbers)).join('\n')
      left -= row.length + 1
      if (left < 0 && shown > 0) return { blocks: [...blocks, ...blockOf(path, rows)], shown }
      rows.push(row)
      shown += group.filter((number) => numbers.includes(number)).length
    }
    blocks.push(...blockOf(path, rows))
  }
  return { blocks, shown }
}

const blockOf = (path: string, rows: readonly string[]) => (rows.length === 0 ? [] : [terminalLine(path), ...rows])

function byFile(matches: readonly SearchMatch[]): Map<string, number[]> {
  const files = new Map<string, number[]>()
  for (const { path, line } of matches) files.set(path, [...(files.get(path) ?? []), line])
  return files
}

/** Numbers of lines that belong together, because the context of one match reaches the next. */
function groups(numbers: readonly number[], context: number): number[][] {
  const found: number[][] = []
  for (const number of numbers) {
    const last = found.at(-1)
    const from = Math.max(1, number - context)
    const near = last && context > 0 && from <= (last.at(-1) ?? 0) + 1 ? last : undefined
    const group = near ?? []
    for (let line = Math.max(from, (near?.at(-1) ?? 0) + 1); line <= number + context; line++) group.push(line)
    if (!near) found.push(group)
  }
  return found
}

function rowOf(lines: readonly string[], number: number, matched: readonly number[]): string {
  const line = lines[number - 1]
  if (line === undefined) return ''
  const text = line.length > maxLineCharacters ? `${line.slice(0, maxLineCharacters)}…` : line
  return `  ${number}${matched.includes(number) ? ':' : '-'} ${text.split('\t').map(terminalLine).join('\t')}`
}

/** Nothing for a file that went away meanwhile. */
async function readLines(checkout: Checkout, path: string): Promise<string[]> {
  try {
    return linesOf(fileText(path, await checkout.read(path)).text)
  } catch (error) {
    if (error instanceof PathRefused) return []
    throw error
  }
}
