import type { Refusal } from '../transaction.ts'
import { foldersAbove, isShortestPath } from './locations.ts'
import type { TreeChange } from './tree-changes.ts'

interface RefusalRules {
  /** Why a path may not be written; null when it may. */
  refusalOf(path: string): string | null
  /** What the user's tree has and the copy has not. */
  leftOut: readonly Refusal[]
  /** Every path of the copy as it is now. */
  paths: readonly string[]
}

/** The changes that may not be carried over, each with the first reason against it. */
export function changeRefusals(changes: readonly TreeChange[], { refusalOf, leftOut, paths }: RefusalRules): Refusal[] {
  const absent = new Map(leftOut.map(({ path, reason }) => [path, reason]))
  const added = changes.filter(({ before }) => before === null).map(({ path }) => path)
  const twins = added.length > 0 ? caseTwins(added, paths) : new Map<string, string>()
  return changes.flatMap((change) => {
    const { path } = change
    const twin = twins.get(path)
    const reason =
      kindRefusal(change) ??
      pathRefusal(path) ??
      refusalOf(path) ??
      hiddenRefusal(path, absent) ??
      (twin === undefined ? null : twinRefusal(twin))
    return reason === null ? [] : [{ path, reason }]
  })
}

function kindRefusal({ before, after }: TreeChange): string | null {
  const modes = [before?.mode, after?.mode]
  if (modes.includes('160000')) return 'It is a repository of its own.'
  if (after?.mode === '120000') return 'It is a link, and a run may not make or change one.'
  return before?.mode === '120000' ? 'A link was removed or replaced; only the user does that.' : null
}

const pathRefusal = (path: string) => (isShortestPath(path) ? null : 'It is not the name of a file in the working tree.')

function hiddenRefusal(path: string, absent: ReadonlyMap<string, string>): string | null {
  for (const place of [...foldersAbove(path), path]) {
    const reason = absent.get(place)
    if (reason !== undefined) return `${place} of the working tree is not part of the copy. ${reason}`
  }
  return null
}

const twinRefusal = (twin: string) => `It differs from ${twin} only in the case of letters, which some disks do not tell apart.`

/** For each new path, what another path or folder is called that a disk may take for it. */
function caseTwins(added: readonly string[], paths: readonly string[]): Map<string, string> {
  const spellings = new Map<string, Set<string>>()
  for (const path of paths) {
    for (const place of [...foldersAbove(path), path]) {
      const known = spellings.get(folded(place))
      if (known) known.add(place)
      else spellings.set(folded(place), new Set([place]))
    }
  }
  return new Map(
    added.flatMap((path) => {
      const twin = [...foldersAbove(path), path].flatMap((place) =>
        [...(spellings.get(folded(place)) ?? [])].filter((other) => other !== place),
      )[0]
      return twin === undefined ? [] : [[path, twin] as const]
    }),
  )
}

/** Upper case first, because some small letters share one capital. */
const folded = (path: string) => path.normalize('NFC').toUpperCase().toLowerCase()
