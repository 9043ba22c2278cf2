import { factsOf } from './check-facts.ts'
import { addedLinesOf, type ChangedFile } from '../../../domain/change.ts'
import { evidenceOf } from './added-matches.ts'
import { type Check, type CheckContext, type CheckFinding, perFile } from './check.ts'
import { isProse, isSamplePath, isTestPath } from './file-roles.ts'
import type { Passage } from './passages.ts'

/** Git writes seven of each at the start of a line; the first and the last kind are followed by a label. */
const marker = /^(?:(<{7})(?: .*)?|(\|{7})(?: .*)?|(={7})|(>{7})(?: .*)?)\r?$/
const kinds = ['start', 'base', 'middle', 'end'] as const

interface Marker {
  kind: (typeof kinds)[number]
  line: number
  /** `<<<<<<< HEAD` means nothing else; a bare row of characters may be decoration. */
  hasLabel: boolean
  /** Within a string or a comment of the language, or a fenced block of a page. */
  isQuoted: boolean
}

/** Traces of a merge that nobody finished: no language can read them. */
export const conflictMarkers: Check = {
  ...factsOf('conflict-markers'),
  run: perFile(findConflicts),
}

async function findConflicts(file: ChangedFile, context: CheckContext): Promise<CheckFinding[]> {
  const added = new Set(
    addedLinesOf(file)
      .filter(({ text }) => marker.test(text))
      .map(({ line }) => line),
  )
  if (added.size === 0) return []
  const passages = await context.passages(file, 'new')
  return passages.flatMap((passage) =>
    conflictsOf(markersOf(passage), passage.language !== null && !isProse(file.path)).flatMap((conflict) => {
      const line = conflict.map((one) => one.line).find((one) => added.has(one))
      if (line === undefined || isExample(conflict, file.path)) return []
      return [tell({ file, passage, line }, conflict)]
    }),
  )
}

function markersOf(passage: Passage): Marker[] {
  const code = passage.code?.split('\n')
  let fence = false
  return passage.lines.flatMap((text, index) => {
    if (/^\s{0,3}(?:```|~~~)/.test(text)) fence = !fence
    const match = marker.exec(text)
    if (!match) return []
    const kind = kinds[match.slice(1).findIndex((group) => group !== undefined)] ?? 'middle'
    const isBlanked = code !== undefined && code[index]?.trim() === ''
    return [
      {
        kind,
        line: passage.firstLine + index,
        hasLabel: /\s\S/.test(text),
        isQuoted: isBlanked || (fence && passage.language === 'markup'),
      },
    ]
  })
}

/** Whole conflicts, and what is left of one: a label that nothing else has, or a row of equal signs where a language has no use for it. */
function conflictsOf(markers: readonly Marker[], isCode: boolean): Marker[][] {
  const conflicts: Marker[][] = []
  let open: Marker[] = []
  const close = () => {
    const isWhole = open.some(({ kind }) => kind === 'start') && open.some(({ kind }) => kind !== 'start')
    if (isWhole || open.some(({ kind, hasLabel }) => hasLabel && kind !== 'base')) conflicts.push(open)
    open = []
  }
  for (const one of markers) {
    if (one.kind === 'start') close()
    if (one.kind === 'middle' && open.length === 0) {
      if (isCode && !one.isQuoted) conflicts.push([one])
      continue
    }
    open.push(one)
    if (one.kind === 'end') close()
  }
  close()
  return conflicts
}

/** Tests of merge tools and manuals show conflicts; a program has no reason to hold a whole one at the start of its lines. */
function isExample(conflict: readonly Marker[], path: string): boolean {
  return conflict.every(({ isQuoted }) => isQuoted) && (isTestPath(path) || isSamplePath(path) || conflict.length < 3)
}

function tell({ file, passage, line }: { file: ChangedFile; passage: Passage; line: number }, conflict: readonly Marker[]): CheckFinding {
  const last = conflict.at(-1)?.line ?? line
  const span = last > line ? `Lines ${line} to ${last} are` : `Line ${line} is`
  return {
    title: 'Merge conflict left in the file',
    message: `${span} what is left of an unfinished merge, so ${file.path} holds two versions of the same lines. Keep the right one and remove the markers.`,
    region: { path: file.path, startLine: line, endLine: line },
    evidence: evidenceOf(passage, { startLine: line, endLine: line, column: 0 }),
  }
}
