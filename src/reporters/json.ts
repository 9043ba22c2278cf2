import { reportSchema } from '../domain/report.ts'
import { jsonText } from '../domain/trust-json.ts'
import type { Reporter } from './reporter.ts'

/** The report itself, as `schema/report.schema.json` describes it. */
export const json: Reporter = (report) => jsonText(reportSchema.parse(report))
