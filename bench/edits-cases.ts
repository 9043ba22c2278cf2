import type { EditBlock } from '../src/domain/edit/edit-block.ts'

export interface Random {
  next: () => number
  below: (count: number) => number
}

/** One change that was really made: lines `start` (from 0) of the old text were `removed`, and `added` came in their place. */
export interface Hunk {
  text: string
  start: number
  removed: readonly string[]
  added: readonly string[]
}

/** A block as a careful model would write it: it names one place. */
export interface TrueBlock {
  /** The file's lines, without ends. */
  lines: readonly string[]
  /** Where the block stands in them. */
  start: number
  search: readonly string[]
  replace: readonly string[]
  /** Unchanged lines above and below the change. */
  above: number
  below: number
}

export interface Case extends EditBlock {
  kind: string
  text: string
  /** What the file must become; null where the edit must be refused. */
  expected: string | null
}

/** Every way in which models miswrite a block that should still be applied, the flawless one first; null where it would change nothing. */
export const slips: Readonly<Record<string, (block: TrueBlock, random: Random) => [string[], string[]] | null>> = {
  none: ({ search, replace }) => [[...search], [...replace]],
  'trailing space': addTrailingSpace,
  'uniform dedent': dedent,
  'first line dedent': ({ search, replace }) => {
    if (!/^\s+\S/.test(search[0] ?? '')) return null
    return [search, replace].map((lines) => lines.map((line, index) => (index === 0 ? line.trimStart() : line))) as [string[], string[]]
  },
  'tabs to spaces': tabsToSpaces,
  'line numbers': addLineNumbers,
  'blank lines dropped': dropBlankLines,
  entities: escapeEntities,
  'smart quotes': smartenQuotes,
  'typo in context': mistype,
  elision: elide,
}

/** The cases of one hunk: each slip where it shows, and the two kinds that must be refused. */
export function casesOf(hunk: Hunk, random: Random): Case[] {
  const block = trueBlock(hunk, random)
  if (!block) return []
  const text = hunk.text
  const expected = replaced(block)
  const cases: Case[] = []
  for (const [kind, slip] of Object.entries(slips)) {
    const sides = slip(block, random)
    // An edit that is about nothing but what the slip takes away is no edit any more.
    if (sides && sides[0].join('\n') !== sides[1].join('\n')) cases.push({ kind, text, expected, ...asBlock(sides, random) })
  }
  const plain = asBlock([[...block.search], [...block.replace]], random)
  cases.push({ kind: 'already applied', text: expected, expected: null, ...plain })
  const stale = makeStale(block, random)
  if (stale) cases.push({ kind: 'stale middle', text: stale, expected: null, ...plain })
  return cases
}

/** Whether a result is what was meant, but for blank lines. */
export function isSame(result: string, expected: string): boolean {
  const [a, b] = [solid(linesOf(result)), solid(linesOf(expected))]
  return a.length === b.length && a.every((line, index) => line === b[index])
}

function asBlock([search, replace]: [string[], string[]], random: Random): EditBlock {
  // Blocks between markers end with a newline, arguments of a call mostly do not.
  const isOpen = random.below(2) === 0 && search.at(-1) !== '' && replace.at(-1) !== ''
  const end = isOpen ? '' : '\n'
  const join = (lines: string[]) => (lines.length === 0 ? '' : lines.join('\n') + end)
  return { search: join(search), replace: join(replace) }
}

function trueBlock({ text, start, removed, added }: Hunk, random: Random): TrueBlock | null {
  const lines = linesOf(text)
  const stop = start + removed.length
  const wanted = [1 + random.below(3), random.below(4)] as const
  // As much context as it takes to name one place.
  for (let more = 0; more <= 6; more++) {
    const above = Math.min(start, wanted[0] + more)
    const below = Math.min(lines.length - stop, wanted[1] + more)
    const search = lines.slice(start - above, stop + below)
    const replace = [...lines.slice(start - above, start), ...added, ...lines.slice(stop, stop + below)]
    if (search.every((line) => line.trim() === '')) continue
    if (placesOf(lines, search) === 1) return { lines, start: start - above, search, replace, above, below }
  }
  return null
}

const linesOf = (text: string) => (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')

function placesOf(lines: readonly string[], search: readonly string[]): number {
  let count = 0
  for (let at = 0; at + search.length <= lines.length; at++) {
    if (search.every((line, index) => line === lines[at + index])) count++
  }
  return count
}

/** The file after the edit, each line with the end that it or the line in its place had. */
function replaced({ lines, start, search, replace }: TrueBlock): string {
  return asText([...lines.slice(0, start), ...replace, ...lines.slice(start + search.length)])
}

const asText = (lines: readonly string[]) => (lines.length === 0 ? '' : `${lines.join('\n')}\n`)

const solid = (lines: readonly string[]) => lines.filter((line) => line.trim() !== '')

function addTrailingSpace({ search, replace }: TrueBlock, random: Random): [string[], string[]] | null {
  // Nobody could tell trailing space that is meant from trailing space that is not.
  if ([...search, ...replace].some((line) => line !== line.trimEnd())) return null
  const spaces = new Map<string, string>()
  const spoil = (line: string) => {
    if (!spaces.has(line)) spaces.set(line, ['', '', ' ', '  ', '\t'][random.below(5)] ?? '')
    return line + spaces.get(line)
  }
  const sides: [string[], string[]] = [search.map(spoil), replace.map(spoil)]
  if (sides[0].every((line, index) => line === search[index])) sides[0][0] += ' '
  return sides
}

function dedent({ search, replace }: TrueBlock): [string[], string[]] | null {
  const all = solid([...search, ...replace])
  let common = /^\s*/.exec(all[0] ?? '')?.[0] ?? ''
  for (const line of all) while (!line.startsWith(common)) common = common.slice(0, -1)
  if (common === '') return null
  const bare = (line: string) => (line.startsWith(common) ? line.slice(common.length) : line.trimStart())
  return [search.map(bare), replace.map(bare)]
}

function tabsToSpaces({ search, replace }: TrueBlock, random: Random): [string[], string[]] | null {
  const indented = [...search, ...replace].filter((line) => /^\s+\S/.test(line))
  if (indented.length === 0 || !indented.every((line) => line.startsWith('\t'))) return null
  const spaces = ' '.repeat([2, 4, 8][random.below(3)] ?? 4)
  const expand = (line: string) => line.replace(/^\s+/, (indent) => indent.replaceAll('\t', spaces))
  return [search.map(expand), replace.map(expand)]
}

const gutters: readonly ((line: number) => string)[] = [
  (line) => `${String(line).padStart(5)} | `,
  (line) => `${line} | `,
  (line) => `${line}| `,
  (line) => `${line}: `,
  (line) => `${String(line).padStart(6)}\t`,
  (line) => `${String(line).padStart(6)}→`,
]

function addLineNumbers({ search, replace, start }: TrueBlock, random: Random): [string[], string[]] {
  const gutter = gutters[random.below(gutters.length)] ?? String
  const number = (line: string, index: number) => (line === '' ? gutter(start + index + 1).trimEnd() : gutter(start + index + 1) + line)
  return [search.map(number), random.below(2) === 0 ? replace.map(number) : [...replace]]
}

function dropBlankLines({ search, replace }: TrueBlock): [string[], string[]] | null {
  const isInner = (line: string, index: number) => line.trim() === '' && index > 0 && index < search.length - 1
  if (!search.some(isInner)) return null
  return [solid(search), solid(replace)] as [string[], string[]]
}

function escapeEntities({ search, replace }: TrueBlock, random: Random): [string[], string[]] | null {
  const withQuotes = random.below(2) === 0
  const escape = (line: string) => {
    const plain = line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    return withQuotes ? plain.replaceAll('"', '&quot;').replaceAll("'", '&apos;') : plain
  }
  const sides: [string[], string[]] = [search.map(escape), replace.map(escape)]
  return isVisible(sides, [search, replace]) ? sides : null
}

function smartenQuotes({ search, replace }: TrueBlock): [string[], string[]] | null {
  const smarten = (line: string) =>
    line
      .replaceAll(/(^|[\s([{=:,])"/g, '$1\u201c')
      .replaceAll('"', '\u201d')
      .replaceAll(/(^|[\s([{=:,])'/g, '$1\u2018')
      .replaceAll("'", '\u2019')
  const sides: [string[], string[]] = [search.map(smarten), replace.map(smarten)]
  return isVisible(sides, [search, replace]) ? sides : null
}

function isVisible(sides: [string[], string[]], before: readonly (readonly string[])[]): boolean {
  return sides.some((lines, side) => lines.some((line, index) => line !== before[side]?.[index]))
}

/** A letter doubled, lost or swapped with its neighbour, in a word of a line that stays; REPLACE has it half the time. */
function mistype({ search, replace, above, below }: TrueBlock, random: Random): [string[], string[]] | null {
  const context = [...search.keys()].filter((index) => index < above || index >= search.length - below)
  const usable = context.filter((index) => /[A-Za-z_]{4,}/.test(search[index] ?? ''))
  if (solid(search).length < 5 || usable.length === 0) return null
  const index = usable[random.below(usable.length)] ?? 0
  const line = search[index] ?? ''
  const words = [...line.matchAll(/[A-Za-z_]{4,}/g)]
  const word = words[random.below(words.length)]
  const at = (word?.index ?? 0) + 1 + random.below((word?.[0].length ?? 2) - 2)
  const [a, b] = [line.charAt(at), line.charAt(at + 1)]
  const wrong = [a + a + b, b, a === b ? a : b + a][random.below(3)] ?? b
  const typo = line.slice(0, at) + wrong + line.slice(at + 2)
  const isAbove = index < above
  const other = isAbove ? index : replace.length - (search.length - index)
  const inBoth = random.below(2) === 0
  return [search.with(index, typo), inBoth ? replace.with(other, typo) : [...replace]]
}

const markers = ['...', '// ...', '# ...', '…', '    ...', '// ... existing code ...']

/** `...` for lines between a head further up and the block, or for unchanged lines inside. */
function elide({ lines, start, search, replace, above, below }: TrueBlock, random: Random): [string[], string[]] | null {
  const marker = markers[random.below(markers.length)] ?? '...'
  if (above + below >= 5 && below >= 3 && random.below(2) === 0) {
    const cut = (side: readonly string[]) => [...side.slice(0, side.length - below + 1), marker, side.at(-1) ?? '']
    return hasEdge(search.at(-1)) ? [cut(search), cut(replace)] : null
  }
  for (let head = start - 3 - random.below(10); head >= Math.max(0, start - 40); head--) {
    const line = lines[head] ?? ''
    if (/^\s*\S.*\w.*[({:[]\s*$/.test(line)) return [search, replace].map((side) => [line, marker, ...side]) as [string[], string[]]
  }
  return null
}

const hasEdge = (line = '') => line.trim() !== ''

/** The file with other lines between the first and the last of the block, so that what SEARCH says is no longer there. */
function makeStale(block: TrueBlock, random: Random): string | null {
  const { lines, start, search, above, below } = block
  if (search.length < 4 || search.length - above - below < 1) return null
  const inner = search.slice(1, -1)
  const others = Array.from({ length: inner.length }, () => lines[random.below(lines.length)] ?? '')
  const changedFrom = Math.max(above, 1) - 1
  const changedTo = Math.min(search.length - below, search.length - 1) - 1
  const variants = [
    others,
    inner.slice(0, -1),
    [...inner.slice(0, 1), ...others.slice(0, 1), ...inner.slice(1)],
    inner.map((line, index) => (index >= changedFrom && index < changedTo ? renamed(line, random) : line)),
  ]
  const middle = variants[random.below(variants.length)] ?? others
  const stale = [...lines.slice(0, start + 1), ...middle, ...lines.slice(start + search.length - 1)]
  const plain = (all: readonly string[]) => solid(all).map((line) => line.trimEnd())
  return placesOf(plain(stale), plain(search)) === 0 ? asText(stale) : null
}

function renamed(line: string, random: Random): string {
  const words = [...line.matchAll(/[\w$]+/g)]
  const word = words[random.below(words.length)]
  if (!word) return `${line}// changed`
  const other = /^\d+$/.test(word[0]) ? String(Number(word[0]) + 1) : ['other', 'current', `${word[0]}2`, `old${word[0]}`][random.below(4)]
  return line.slice(0, word.index) + other + line.slice(word.index + word[0].length)
}
