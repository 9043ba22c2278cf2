import type { Diagnostic } from '../../domain/diagnostic.ts'
import { diagnosticIdentity, type LineReader } from '../../domain/new-diagnostics.ts'
import { type ChangedBlock, newLineOf } from './changed-blocks.ts'

interface Side {
  diagnostics: readonly Diagnostic[]
  lineOf: LineReader
}

export interface Paired {
  /** What each problem of before is called now; those that are gone are missing. */
  now: ReadonlyMap<Diagnostic, Diagnostic>
  /** Said now, and not before. */
  fresh: readonly Diagnostic[]
}

/**
 * Tells which problems after a change are those of before, one by one: first those on lines that only moved, then those with the same line
 * wherever it is, at last the same complaint within the lines that were rewritten. What is left was not said before.
 */
export function pairDiagnostics(before: Side, after: Side, blocksOf: (path: string) => readonly ChangedBlock[]): Paired {
  const now = new Map<Diagnostic, Diagnostic>()
  let left: readonly Diagnostic[] = after.diagnostics
  const pair = (keyBefore: (diagnostic: Diagnostic) => string | null, keyAfter: (diagnostic: Diagnostic) => string | null) => {
    const open = Map.groupBy(left, keyAfter)
    const taken = new Set<Diagnostic>()
    for (const old of before.diagnostics) {
      const key = now.has(old) ? null : keyBefore(old)
      const match = key === null ? undefined : open.get(key)?.shift()
      if (!match) continue
      now.set(old, match)
      taken.add(match)
    }
    left = left.filter((diagnostic) => !taken.has(diagnostic))
  }
  const lineOf = ({ range }: Diagnostic) => range?.startLine ?? 0
  const moved = (diagnostic: Diagnostic) => (diagnostic.range ? newLineOf(lineOf(diagnostic), blocksOf(diagnostic.path)) : 0)
  const identity = (side: Side) => (diagnostic: Diagnostic) => diagnosticIdentity(diagnostic, side.lineOf)
  pair(
    (old) => keyOf(moved(old), identity(before)(old)),
    (one) => keyOf(lineOf(one), identity(after)(one)),
  )
  pair(identity(before), identity(after))
  const noLines = () => ''
  const blockKey = (side: 'old' | 'new') => (diagnostic: Diagnostic) => {
    const index = blocksOf(diagnostic.path).findIndex((block) => isIn(block, side, lineOf(diagnostic)))
    return index === -1 ? null : keyOf(index, diagnosticIdentity(diagnostic, noLines))
  }
  pair(blockKey('old'), blockKey('new'))
  return { now, fresh: left }
}

const keyOf = (place: number | null, identity: string) => (place === null ? null : `${place}\0${identity}`)

const isIn = (block: ChangedBlock, side: 'old' | 'new', line: number) =>
  side === 'old' ? line >= block.oldStart && line < block.oldEnd : line >= block.newStart && line < block.newEnd
