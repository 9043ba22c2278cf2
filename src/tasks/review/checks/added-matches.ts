import type { ChangedFile } from '../../../domain/change.ts'
import type { CheckContext, CheckFinding } from './check.ts'
import type { Passage } from './passages.ts'

/** Where a pattern is looked for: in what runs, in what is only told, or in both and strings as well. */
export type Layer = 'code' | 'comments' | 'text'

export interface AddedMatch {
  passage: Passage
  /** Offset in the passage. */
  index: number
  /** What the pattern matched, and its groups. */
  groups: readonly (string | undefined)[]
  /** The added lines that it touches. */
  startLine: number
  endLine: number
  evidence: string
}

const maxEvidenceLength = 300

/** Finds a global pattern in one layer of the new side, and keeps what touches a line that the change added. */
export async function addedMatches(
  file: ChangedFile,
  context: CheckContext,
  wanted: { pattern: RegExp; layer: Layer },
): Promise<AddedMatch[]> {
  const added = context.addedLines(file)
  if (added.size === 0) return []
  const passages = await context.passages(file, 'new')
  return passages.flatMap((passage) => matchesIn(passage, added, wanted))
}

function matchesIn(passage: Passage, added: ReadonlySet<number>, { pattern, layer }: { pattern: RegExp; layer: Layer }): AddedMatch[] {
  const text = passage[layer]
  if (text === null) return []
  const found: AddedMatch[] = []
  let line = passage.firstLine
  let lineStart = 0
  for (const match of text.matchAll(pattern)) {
    for (let next = text.indexOf('\n', lineStart); next !== -1 && next < match.index; next = text.indexOf('\n', lineStart)) {
      lineStart = next + 1
      line += 1
    }
    const last = line + match[0].split('\n').length - 1
    const touched = range(line, last).filter((number) => added.has(number))
    const [startLine] = touched
    if (startLine === undefined) continue
    const column = startLine === line ? match.index - lineStart : 0
    const endLine = touched.at(-1) ?? startLine
    const evidence = evidenceOf(passage, { startLine, endLine, column })
    found.push({ passage, index: match.index, groups: [...match], startLine, endLine, evidence })
  }
  return found
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

/** The lines word for word; of a very long line what stands around the column. */
export function evidenceOf({ lines, firstLine }: Passage, at: { startLine: number; endLine: number; column: number }): string {
  const text = lines
    .slice(at.startLine - firstLine, at.endLine - firstLine + 1)
    .join('\n')
    .replace(/\r$/, '')
  return excerpt(text, at.column)
}

/** A text word for word, or so much of it around a column as a report can bear. Never cuts a surrogate pair. */
export function excerpt(text: string, column: number): string {
  if (text.length <= maxEvidenceLength) return text
  const start = Math.max(0, column - maxEvidenceLength / 3)
  return text.slice(start, start + maxEvidenceLength).replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '')
}

/** The finding that points at a match. */
export function findingAt(file: ChangedFile, match: AddedMatch, told: Pick<CheckFinding, 'title' | 'message' | 'milder'>): CheckFinding {
  const { startLine, endLine, evidence } = match
  return { ...told, region: { path: file.path, startLine, endLine }, evidence }
}
