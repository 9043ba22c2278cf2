import type { AnchorLine } from '../../domain/anchor.ts'
import type { Change, ChangedFile } from '../../domain/change.ts'
import { riskOf } from './risk.ts'
import { anchorsOf, changedIn, type Row, renderRow, rowsOf } from './rows.ts'
import { isGenerated, type Skip, skipReason } from './skip.ts'
import { packHunks } from './split.ts'
import { enclosingHeads, relevantImports } from './surroundings.ts'

/** One question to the model: a file, or a part of a large one. */
export interface Unit {
  id: string
  path: string
  /** What the model sees of the file. */
  text: string
  anchors: readonly AnchorLine[]
  changedLines: number
  shownLines: number
  risk: number
}

export interface PlannedFile {
  path: string
  changedLines: number
  skip: Skip | null
  units: readonly Unit[]
}

export interface Plan {
  /** In the order of the change. */
  files: readonly PlannedFile[]
  /** Riskiest first. */
  units: readonly Unit[]
}

interface PlanOptions {
  isExcluded(path: string): boolean
  readNew(path: string): Promise<string | null>
  /** Estimated tokens that the rows of one unit may take. */
  unitTokens: number
}

/** Cuts a change into units that fit the model's attention. Each changed line is in a unit, or its file says why not. */
export async function planReview(change: Change, options: PlanOptions): Promise<Plan> {
  const files: PlannedFile[] = []
  for (const file of change.files) files.push(await planFile(file, options))
  const units = files.flatMap((file) => file.units).toSorted((a, b) => b.risk - a.risk || (a.id < b.id ? -1 : 1))
  return { files, units }
}

async function planFile(file: ChangedFile, { isExcluded, readNew, unitTokens }: PlanOptions): Promise<PlannedFile> {
  const changedLines = file.addedLines + file.removedLines
  const { path } = file
  const skip = skipReason(file, isExcluded)
  if (skip || changedLines === 0) return { path, changedLines, skip, units: [] }

  const text = await readNew(path)
  if (text !== null && isGenerated(text, file)) return { path, changedLines, skip: { reason: 'generated', expected: true }, units: [] }

  const lines = text?.split('\n') ?? []
  const groups = packHunks(file.hunks.map(rowsOf), unitTokens)
  const units = groups.flatMap((pieces, index) => unitOf({ file, pieces, lines, part: { index, count: groups.length } }))
  const skipped = units.length === 0 ? { reason: 'nothing but deletions or data', expected: true } : hiddenIn(units)
  return { path, changedLines, skip: skipped, units }
}

function hiddenIn(units: readonly Unit[]): Skip | null {
  const hidden = units.reduce((total, unit) => total + unit.changedLines - unit.shownLines, 0)
  return hidden === 0 ? null : { reason: `${hidden} lines of long deletions or data`, expected: true }
}

interface UnitParts {
  file: ChangedFile
  pieces: readonly (readonly Row[])[]
  lines: readonly string[]
  part: { index: number; count: number }
}

function unitOf({ file, pieces, lines, part }: UnitParts): Unit[] {
  const rows = pieces.flat()
  const anchors = anchorsOf(rows)
  const [first] = anchors
  if (!first) return []
  const { changed, shown } = changedIn(rows)
  const code = rows.filter(({ kind }) => kind === 'added').map(({ text }) => text)
  const shownNumbers = new Set(rows.map(({ line }) => line))
  const imports = relevantImports(lines, code.join('\n')).filter(({ line }) => !shownNumbers.has(line))
  const body = [imports, ...pieces.map((piece) => withHeads(piece, lines, shownNumbers))].filter((section) => section.length > 0)
  const text = [headline(file, part), '', body.map((section) => section.map(renderRow).join('\n')).join('\n      …\n')].join('\n')
  return [
    { id: `${file.path}:${first.line}`, path: file.path, text, anchors, changedLines: changed, shownLines: shown, risk: riskOf(file) },
  ]
}

/** A piece of code below the heads of what encloses it, unless other rows of the unit show them already. */
function withHeads(piece: readonly Row[], lines: readonly string[], shown: Set<number | null>): Row[] {
  const first = piece.find(({ line }) => line !== null)?.line
  if (!first) return [...piece]
  const heads = enclosingHeads(lines, first).filter(({ line }) => !shown.has(line))
  for (const { line } of heads) shown.add(line)
  return [...heads, ...piece]
}

function headline({ path, oldPath, status }: ChangedFile, { index, count }: UnitParts['part']): string {
  const moved = oldPath === null ? '' : ` from ${JSON.stringify(oldPath)}`
  const partly = count === 1 ? '' : `, part ${index + 1} of ${count}`
  return `File ${JSON.stringify(path)} (${status}${moved}${partly})`
}
