import type { Coverage } from '../../test-runners/coverage/coverage.ts'
import type { Part, WantedLines } from './find-parts.ts'
import type { Target } from './target.ts'

/** What the suite does not reach of a part; nothing where it is not known. Of a file that no test loads, nothing is told line by line. */
export function missingIn(
  { path, startLine, endLine }: Part,
  coverage: Coverage | null,
  isMeant: (line: number) => boolean,
): Target['missing'] {
  const file = coverage?.get(path)
  const isInside = (line: number) => line >= startLine && line <= endLine && isMeant(line)
  if (!file) return { lines: [], branches: [] }
  return {
    lines: [...file.lines].flatMap(([line, hits]) => (hits === 0 && isInside(line) ? [line] : [])),
    branches: [...file.branches].flatMap(([way, hits]) => (hits === 0 && isInside(lineOfBranch(way)) ? [way] : [])),
  }
}

export const lineOfBranch = (way: string): number => Number(way.split(':')[0])

/** Whether coverage is known, and the file is not in it: no test loads it. */
export const isUnloaded = ({ path }: Pick<Part, 'path'>, coverage: Coverage | null): boolean => coverage !== null && !coverage.has(path)

/** Per cent of the lines that are meant and can be executed that are; null where nothing is known of them. */
export function coveredShare(wanted: WantedLines, coverage: Coverage | null): number | null {
  let [all, covered] = [0, 0]
  for (const [path, isWanted] of wanted)
    for (const [line, hits] of coverage?.get(path)?.lines ?? []) {
      if (!isWanted(line)) continue
      all++
      if (hits > 0) covered++
    }
  return all === 0 ? null : (covered / all) * 100
}
