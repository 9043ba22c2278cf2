import type { AnchorLine } from '../../domain/anchor.ts'
import type { Hunk } from '../../domain/change.ts'
import { showHidden } from '../../domain/trust.ts'
import { longLine } from './skip.ts'

/** One line as the model sees it. */
export interface Row {
  kind: 'added' | 'removed' | 'context' | 'gap'
  /** 1-based on the new side; null for removed lines and gaps. */
  line: number | null
  text: string
  /** Changed lines that this row stands for but does not show. */
  hidden: number
}

/** A long deletion says what it says by its first lines. */
const shownRemovals = 30

/** The rows of a hunk. Very long lines and the tail of very long deletions are replaced by a remark, and counted as hidden. */
export function rowsOf({ lines }: Hunk): Row[] {
  const rows: Row[] = []
  let removals = 0
  for (const { kind, newLine, text } of lines) {
    removals = kind === 'removed' ? removals + 1 : 0
    const last = rows.at(-1)
    if (removals > shownRemovals && last) {
      if (last.kind === 'gap') last.hidden++
      else rows.push({ kind: 'gap', line: null, text: '… more removed lines', hidden: 1 })
    } else if (text.length > longLine) {
      rows.push({ kind, line: newLine, text: `… a line of ${text.length} characters`, hidden: kind === 'context' ? 0 : 1 })
    } else {
      rows.push({ kind, line: newLine, text: text.replace(/\r$/, ''), hidden: 0 })
    }
  }
  return rows
}

const marks = { added: '+', removed: '-', context: ' ', gap: ' ' } as const

/** A row with its gutter: number on the new side, mark, text with its invisible characters made visible. */
export function renderRow({ kind, line, text }: Row): string {
  return `${String(line ?? '').padStart(5)} ${marks[kind]} ${showHidden(text)}`.trimEnd()
}

/** Lines that a claim may point at: new ones, and unchanged neighbours of a pure deletion. */
export function anchorsOf(rows: readonly Row[]): AnchorLine[] {
  return rows.flatMap((row, index) => {
    if (row.line === null || row.hidden > 0) return []
    const anchored = row.kind === 'added' || (row.kind === 'context' && (endsDeletion(rows, index, -1) || endsDeletion(rows, index, 1)))
    return anchored ? [{ line: row.line, text: row.text }] : []
  })
}

/** Whether a run of removed lines without any new line in it lies next to a row, on the side of `step`. */
function endsDeletion(rows: readonly Row[], index: number, step: 1 | -1): boolean {
  let at = index + step
  if (rows[at]?.kind !== 'removed' && rows[at]?.kind !== 'gap') return false
  while (rows[at]?.kind === 'removed' || rows[at]?.kind === 'gap') at += step
  return rows[at]?.kind !== 'added'
}

/** Changed lines that the rows show, and that they stand for. */
export function changedIn(rows: readonly Row[]): { changed: number; shown: number } {
  let changed = 0
  let hidden = 0
  for (const row of rows) {
    if (row.kind === 'gap') changed += row.hidden
    else if (row.kind !== 'context') changed++
    hidden += row.hidden
  }
  return { changed, shown: changed - hidden }
}
