import { type Coverage, coverageCollector, type PathOf } from './coverage.ts'

const block = /^(.+):(\d+)\.\d+,(\d+)\.(\d+) \d+ (\d+)$/
/** More lines than one block of any program has. */
const maxBlock = 100_000

/**
 * Reads a profile of `go test -coverprofile`: blocks of statements with their counts, in files that are named by import path. Go measures
 * no branches. Null for a text that is none.
 */
export function readGoProfile(text: string, pathOf: PathOf): Coverage | null {
  const [first = '', ...lines] = text.split(/\r?\n/)
  if (!/^mode: (set|count|atomic)$/.test(first)) return null
  const { coverage, file } = coverageCollector(pathOf)
  for (const line of lines) {
    const [, path, start = '', end = '', endColumn = '', hits = ''] = block.exec(line) ?? []
    if (path === undefined) continue
    const counter = file(path)
    // A block that ends in front of the first character of a line does not reach it.
    const last = Math.min(Number(end) - (Number(endColumn) <= 1 ? 1 : 0), Number(start) + maxBlock)
    for (let number = Number(start); number <= last; number++) counter?.line(number, Number(hits))
  }
  return coverage
}
