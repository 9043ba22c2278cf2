import { createHash } from 'node:crypto'
import type { Change, ChangedFile, DiffLine } from '../domain/change.ts'
import type { Finding } from '../domain/finding.ts'

/** Lines of a diff on which GitHub takes a comment. */
export interface Spot {
  path: string
  side: 'LEFT' | 'RIGHT'
  startLine: number
  endLine: number
  /** The lines as the diff has them. */
  text: string
  /** It is all of the finding's region, and nothing else. */
  isWhole: boolean
}

type Side = Spot['side']
type Pointing = Pick<Finding, 'region' | 'evidence'>

interface SideLine {
  line: number
  text: string
}

/** Unchanged lines around a change that GitHub shows, and takes comments on. */
const contextLines = 3

/**
 * Where a finding stands in a change: its evidence, on its own lines or, where they have moved, on the nearest equal ones. Null where it
 * is not in the diff, or says too little to be found again.
 */
export function placeFinding({ region, evidence }: Pointing, change: Pick<Change, 'files'>): Spot | null {
  const file = change.files.find(({ path }) => path === region.path)
  // A name that is not valid UTF-8 cannot be sent, and GitHub would refuse the whole review for it.
  if (!file || region.startLine === null || !region.path.isWellFormed()) return null
  const wanted = linesOf(evidence)
  const { startLine } = region
  const length = Math.max(startLine, region.endLine ?? startLine) - startLine + 1
  const sides: Side[] = file.status === 'deleted' ? ['LEFT'] : ['RIGHT', 'LEFT']
  for (const side of sides) {
    const lines = shownLines(file, side)
    const start =
      runAt(lines, startLine, wanted) ?? (side === 'RIGHT' || file.status === 'deleted' ? nearestRun(lines, startLine, wanted) : null)
    if (start !== null) return spotAt({ lines, start, path: file.path, side, shown: wanted.length, length })
  }
  return null
}

/** Digest of lines without their white space: whether they are still there is seen by it. */
export function digestOf(evidence: string): string {
  return createHash('sha256').update(linesOf(evidence).map(squeeze).join('\n')).digest('hex').slice(0, 16)
}

/** Where lines with a digest stand on the new side of a file, all of them. */
export function findDigest(file: ChangedFile, digest: string, count: number): number[] {
  const lines = shownLines(file, 'RIGHT')
  return lines.flatMap(({ line }, index) => {
    const run = runFrom(lines, index, count)
    return run && digestOf(run.map(({ text }) => text).join('\n')) === digest ? [line] : []
  })
}

/** How many lines a piece of evidence has. */
export const countLines = (evidence: string) => linesOf(evidence).length

const linesOf = (evidence: string) =>
  evidence
    .replace(/\r?\n$/, '')
    .split('\n')
    .map((line) => line.replace(/\r$/, ''))
const squeeze = (text: string) => text.replaceAll(/\s+/g, '')
/** A brace stands anywhere; three letters or digits are the least that names a place. */
const isTelling = (lines: readonly string[]) => lines.some((line) => (line.match(/[\p{L}\p{N}_]/gu)?.length ?? 0) >= 3)

/** One side of a diff as GitHub shows it, however many lines of context it was read with. */
function shownLines({ hunks }: ChangedFile, side: Side): SideLine[] {
  return hunks.flatMap(({ lines }) => {
    const changed = lines.flatMap(({ kind }, index) => (kind === 'context' ? [] : [index]))
    let next = 0
    return lines.flatMap((line, index) => {
      while ((changed[next] ?? Infinity) < index - contextLines) next++
      const isNear = Math.abs((changed[next] ?? Infinity) - index) <= contextLines
      const number = numberOn(line, side)
      return isNear && number !== null ? [{ line: number, text: line.text.replace(/\r$/, '') }] : []
    })
  })
}

const numberOn = ({ newLine, oldLine, kind }: DiffLine, side: Side) => (side === 'RIGHT' ? newLine : kind === 'removed' ? oldLine : null)

/** Whether as many lines are neighbours. */
function isRun(lines: readonly SideLine[], index: number, count: number): boolean {
  const [first, last] = [lines[index], lines[index + count - 1]]
  return first !== undefined && last !== undefined && last.line - first.line === count - 1
}

/** As many neighbouring lines, or null where there are not so many. */
const runFrom = (lines: readonly SideLine[], index: number, count: number) =>
  isRun(lines, index, count) ? lines.slice(index, index + count) : null

/**
 * Where lines stand among others, all places. Each line is compared twice at most (Knuth, Morris and Pratt): a stranger may write a diff and
 * a report that are made to be compared for hours.
 */
function occurrences(texts: readonly string[], wanted: readonly string[]): number[] {
  const borders = bordersOf(wanted)
  const found: number[] = []
  let matched = 0
  for (const [index, text] of texts.entries()) {
    while (matched > 0 && text !== wanted[matched]) matched = borders[matched - 1] ?? 0
    if (text === wanted[matched]) matched++
    if (matched < wanted.length) continue
    found.push(index - matched + 1)
    matched = borders[matched - 1] ?? 0
  }
  return found
}

/** For each beginning of some lines, how long its longest end is that is a beginning too. */
function bordersOf(lines: readonly string[]): number[] {
  const borders = [0]
  let length = 0
  for (const line of lines.slice(1)) {
    while (length > 0 && line !== lines[length]) length = borders[length - 1] ?? 0
    if (line === lines[length]) length++
    borders.push(length)
  }
  return borders
}

/** The index of a line where exactly these lines begin; null where they do not. */
function runAt(lines: readonly SideLine[], start: number, wanted: readonly string[]): number | null {
  const index = lines.findIndex(({ line }) => line === start)
  return index !== -1 && isRun(lines, index, wanted.length) && wanted.every((text, offset) => lines[index + offset]?.text === text)
    ? index
    : null
}

/** The index where lines that differ in white space at most begin, nearest to where they were. */
function nearestRun(lines: readonly SideLine[], start: number, wanted: readonly string[]): number | null {
  if (!isTelling(wanted)) return null
  const squeezed = wanted.map(squeeze)
  const matches = occurrences(
    lines.map(({ text }) => squeeze(text)),
    squeezed,
  ).flatMap((index) => (isRun(lines, index, wanted.length) ? [{ index, distance: Math.abs((lines[index]?.line ?? 0) - start) }] : []))
  return matches.toSorted((a, b) => a.distance - b.distance)[0]?.index ?? null
}

interface Found {
  lines: readonly SideLine[]
  start: number
  path: string
  side: Side
  /** Lines of evidence. */
  shown: number
  /** Lines of the region. */
  length: number
}

/** All of the region where the diff shows it, else what the evidence shows. */
function spotAt({ lines, start, path, side, shown, length }: Found): Spot {
  const region = runFrom(lines, start, length)
  const run = region ?? lines.slice(start, start + shown)
  const startLine = lines[start]?.line ?? 1
  return {
    path,
    side,
    startLine,
    endLine: startLine + run.length - 1,
    text: run.map(({ text }) => text).join('\n'),
    isWhole: region !== null && shown === length,
  }
}
