import { z } from 'zod'
import { jsonOrNull } from '../json-or-null.ts'
import { type Coverage, coverageCollector, type PathOf } from './coverage.ts'

const waysSchema = z.array(z.tuple([z.int(), z.int()])).catch([])
const reportSchema = z.looseObject({
  meta: z.looseObject({ version: z.string() }),
  files: z.record(
    z.string(),
    z.looseObject({
      executed_lines: z.array(z.int()),
      missing_lines: z.array(z.int()),
      executed_branches: waysSchema,
      missing_branches: waysSchema,
    }),
  ),
})

/** Reads the JSON of coverage.py. It tells whether a line was executed, not how often. Null for a text that is none. */
export function readCoveragePy(text: string, pathOf: PathOf): Coverage | null {
  const report = reportSchema.safeParse(jsonOrNull(text))
  if (!report.success) return null
  const { coverage, file } = coverageCollector(pathOf)
  for (const [path, { executed_lines, missing_lines, executed_branches, missing_branches }] of Object.entries(report.data.files)) {
    const counter = file(path)
    for (const line of executed_lines) counter?.line(line, 1)
    for (const line of missing_lines) counter?.line(line, 0)
    // A way that leads out of a function has the negative of its first line.
    for (const [from, to] of executed_branches) counter?.branch(from, `to${to}`, 1)
    for (const [from, to] of missing_branches) counter?.branch(from, `to${to}`, 0)
  }
  return coverage
}
