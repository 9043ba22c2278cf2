import { z } from 'zod'
import { jsonOrNull } from '../json-or-null.ts'
import { type Coverage, coverageCollector, type PathOf } from './coverage.ts'

const placeSchema = z.looseObject({ start: z.looseObject({ line: z.number().optional() }) })
const fileSchema = z.looseObject({
  path: z.string(),
  statementMap: z.record(z.string(), placeSchema),
  s: z.record(z.string(), z.number()),
  branchMap: z.record(z.string(), z.looseObject({ loc: placeSchema.optional(), line: z.number().optional() })).catch({}),
  b: z.record(z.string(), z.array(z.number())).catch({}),
})
const reportSchema = z.record(z.string(), fileSchema)

/** Reads what Istanbul calls `coverage-final.json`. Null for a text that is none. */
export function readIstanbul(text: string, pathOf: PathOf): Coverage | null {
  const report = reportSchema.safeParse(jsonOrNull(text))
  if (!report.success) return null
  const { coverage, file } = coverageCollector(pathOf)
  for (const { path, statementMap, s, branchMap, b } of Object.values(report.data)) {
    const counter = file(path)
    for (const [id, { start }] of Object.entries(statementMap)) if (start.line !== undefined) counter?.line(start.line, s[id] ?? 0)
    for (const [id, { loc, line }] of Object.entries(branchMap))
      for (const [way, hits] of (b[id] ?? []).entries()) counter?.branch(loc?.start.line ?? line ?? 0, `${id}.${way}`, hits)
  }
  return coverage
}
