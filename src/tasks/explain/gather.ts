import { closest } from '../../domain/closest.ts'
import { type Change, type Tree } from '../../domain/change.ts'
import { AppError } from '../../domain/errors.ts'
import type { Finding } from '../../domain/finding.ts'
import { plural } from '../../domain/plural.ts'
import { estimateTokens } from '../../domain/tokens.ts'
import { looksBinary } from '../../workspace/looks-binary.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import { enclosingSymbol, symbolsOf } from '../../syntax/symbols.ts'
import { type Excerpt, linesBetween, renderExcerpts } from './excerpt.ts'

export type ExplainSubject =
  | { kind: 'path'; path: string; startLine: number | null; endLine: number | null }
  | { kind: 'range'; from: string; to: string }
  | { kind: 'finding'; finding: Pick<Finding, 'title' | 'message' | 'region'> }

export interface Gathered {
  /** What is explained, for the prompt and for people. */
  about: string
  excerpts: readonly Excerpt[]
  /** More than was shown. */
  isCut: boolean
}

/** Prompt tokens of code; more of it makes small models worse. */
const maxTokens = 3000
const wholeFileLines = 220
const around = 30

/** The lines that an explanation may rest on. */
export async function gather(subject: ExplainSubject, workspace: Workspace, signal: AbortSignal): Promise<Gathered> {
  if (subject.kind === 'range') return fromChange(await workspace.readChange(subject, { paths: [], contextLines: 4, signal }))
  const { path, startLine, endLine } = subject.kind === 'finding' ? subject.finding.region : subject
  const text = await readText(workspace, { kind: 'working' }, path)
  const place = await placeOf({ text, path, startLine, endLine })
  const about =
    subject.kind === 'finding'
      ? `this finding of a review, and whether the code bears it out: "${subject.finding.title}": ${subject.finding.message}`
      : place.about
  return fit({ about, excerpts: [place.excerpt], isCut: false })
}

async function readText(workspace: Workspace, tree: Tree, path: string): Promise<string> {
  const bytes = await workspace.readFile(tree, path)
  if (bytes === null) throw await noSuchFile(workspace, path)
  if (looksBinary(bytes)) throw new AppError('USAGE_INVALID', `${path} is binary.`, { hint: 'Name a text file.' })
  return bytes.toString('utf8')
}

async function noSuchFile(workspace: Workspace, path: string): Promise<AppError> {
  const near = closest(path, await workspace.listFiles({ kind: 'working' }))
  return new AppError('USAGE_INVALID', `There is no file ${path}, and no finding or range of that name.`, {
    hint: near === undefined ? 'Name a file, <file>:<line>, <a>..<b> or the id of a finding.' : `Did you mean ${near}?`,
  })
}

interface Place {
  text: string
  path: string
  startLine: number | null
  endLine: number | null
}

async function placeOf({ text, path, startLine, endLine }: Place): Promise<{ about: string; excerpt: Excerpt }> {
  const total = text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
  if (startLine === null) {
    const lines = linesBetween(text, 1, Math.min(total, wholeFileLines))
    return { about: `the file ${path}`, excerpt: { path, what: lines.length < total ? 'its beginning' : 'the whole file', lines } }
  }
  if (startLine > total)
    throw new AppError('USAGE_INVALID', `${path} has ${plural(total, 'line')}, so there is no line ${startLine}.`, {
      hint: 'Name a line that exists.',
    })
  const symbol = enclosingSymbol(await symbolsOf(text, path), startLine)
  const last = endLine ?? startLine
  if (symbol && symbol.endLine >= last && symbol.endLine - symbol.startLine < wholeFileLines) {
    const lines = linesBetween(text, symbol.startLine, symbol.endLine)
    return {
      about: `${symbol.kind} ${symbol.name}, above all ${linesText(startLine, last)} of ${path}`,
      excerpt: { path, what: symbol.name, lines },
    }
  }
  const lines = linesBetween(text, startLine - around, last + around)
  return { about: `${linesText(startLine, last)} of ${path}`, excerpt: { path, what: 'the lines around it', lines } }
}

const linesText = (start: number, end: number) => (start === end ? `line ${start}` : `lines ${start} to ${end}`)

function fromChange({ description, files }: Change): Gathered {
  const excerpts = files.flatMap(({ path, hunks, status }) => {
    const lines = hunks.flatMap((hunk) => hunk.lines.flatMap(({ newLine, text }) => (newLine === null ? [] : [{ line: newLine, text }])))
    return lines.length > 0 ? [{ path, what: `${status}, its new side`, lines }] : []
  })
  if (excerpts.length === 0)
    throw new AppError('USAGE_INVALID', `${description} changes no text.`, { hint: 'Name a range that changes files.' })
  return fit({ about: `this change (${description}): what it does to the behaviour`, excerpts, isCut: false })
}

/** As many excerpts as a small model reads with attention; of the first one, as many lines. */
function fit(gathered: Gathered): Gathered {
  const kept: Excerpt[] = []
  let left = maxTokens
  for (const excerpt of gathered.excerpts) {
    const lines = fitLines(excerpt, left)
    if (lines.length === 0) return { ...gathered, excerpts: kept, isCut: true }
    kept.push({ ...excerpt, lines })
    left -= estimateTokens(renderExcerpts([{ ...excerpt, lines }]))
    if (lines.length < excerpt.lines.length) return { ...gathered, excerpts: kept, isCut: true }
  }
  return { ...gathered, excerpts: kept }
}

function fitLines({ lines }: Excerpt, tokens: number) {
  let left = tokens
  const end = lines.findIndex(({ text }) => (left -= estimateTokens(text) + 3) < 0)
  return end === -1 ? lines : lines.slice(0, end)
}
