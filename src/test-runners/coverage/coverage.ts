/** What tests execute of one file. */
export interface FileCoverage {
  /** By line, from 1: how often it was executed; lines without a statement are missing. */
  lines: ReadonlyMap<number, number>
  /** By line and way on from it, such as `12:1`: how often that way was taken. Empty where the tool measures none. */
  branches: ReadonlyMap<string, number>
}

/** By path relative to the root, posix. */
export type Coverage = ReadonlyMap<string, FileCoverage>

/** A path as a report has it, as one relative to the root; null for one that is outside. */
export type PathOf = (path: string) => string | null

interface Counts {
  total: number
  covered: number
}

/** Collects what a report says of its files, some of which it may name more than once. */
export function coverageCollector(pathOf: PathOf) {
  const files = new Map<string, { lines: Map<number, number>; branches: Map<string, number> }>()
  return {
    coverage: files as Coverage,
    /** Null for a file that is not of this tree. */
    file(name: string) {
      const path = pathOf(name)
      if (path === null) return null
      const known = files.get(path) ?? { lines: new Map<number, number>(), branches: new Map<string, number>() }
      files.set(path, known)
      return {
        /** Of several statements in a line the most executed one counts, as Istanbul does. */
        line: (line: number, hits: number) => raise(known.lines, line, hits),
        branch: (line: number, way: number | string, hits: number) => raise(known.branches, `${line}:${way}`, hits),
      }
    },
  }
}

function raise<Key>(counts: Map<Key, number>, key: Key, hits: number): void {
  counts.set(key, Math.max(counts.get(key) ?? 0, hits))
}

/** Adds up what several runs have covered. */
export function mergeCoverage(all: readonly Coverage[]): Coverage {
  const { coverage, file } = coverageCollector((path) => path)
  for (const [path, { lines, branches }] of all.flatMap((one) => [...one])) {
    const counter = file(path)
    for (const [line, hits] of lines) counter?.line(line, hits)
    for (const [key, hits] of branches) counter?.branch(Number(key.split(':')[0]), key.slice(key.indexOf(':') + 1), hits)
  }
  return coverage
}

/** How many of the lines that can be executed were. */
export const lineCounts = ({ lines }: FileCoverage): Counts => countsOf(lines)
/** How many of the ways that can be taken were. */
export const branchCounts = ({ branches }: FileCoverage): Counts => countsOf(branches)

const countsOf = (hits: ReadonlyMap<unknown, number>): Counts => ({
  total: hits.size,
  covered: [...hits.values()].filter((count) => count > 0).length,
})

/** Lines and ways of a file that one run reaches and another does not: what was gained from `before` to `after`. */
export function gainedCoverage(before: Coverage, after: Coverage): { path: string; lines: number[]; branches: string[] }[] {
  return [...after].flatMap(([path, now]) => {
    const old = before.get(path)
    const isNew =
      <Key>(then: ReadonlyMap<Key, number> | undefined) =>
      ([key, hits]: [Key, number]) =>
        hits > 0 && !((then?.get(key) ?? 0) > 0)
    const lines = [...now.lines].filter(isNew(old?.lines)).map(([line]) => line)
    const branches = [...now.branches].filter(isNew(old?.branches)).map(([branch]) => branch)
    return lines.length + branches.length === 0 ? [] : [{ path, lines, branches }]
  })
}
