import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { publishedSchema } from '../src/config/published-schema.ts'
import { configurableChecks } from '../src/tasks/review/configurable-checks.ts'

/** Writes the schema that editors read; a test fails when it is out of date. */
const file = join(import.meta.dirname, '../schema/config.schema.json')
writeFileSync(file, `${JSON.stringify(publishedSchema(configurableChecks), null, 2)}\n`)
console.log(`Wrote ${file}`)
