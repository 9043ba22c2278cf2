import { z } from 'zod'
import { reportSchema } from '../src/domain/report.ts'
import { benchReportSchema } from '../src/tasks/bench/bench-report.ts'

/** What is published under `schema/`, by file name. */
export const schemas: Readonly<Record<string, object>> = {
  'report.schema.json': {
    ...z.toJSONSchema(reportSchema),
    title: 'Report of coding-agent',
    description: 'What `--format json` prints. Two reports are equal when they agree in everything but timing, usage and engine.',
  },
  'bench.schema.json': {
    ...z.toJSONSchema(benchReportSchema),
    title: 'Measurements of coding-agent',
    description: 'What `agent bench --format json` prints.',
  },
}

/** A schema as it stands in its file. */
export function schemaText(schema: object): string {
  return `${JSON.stringify(schema, null, 2)}\n`
}
