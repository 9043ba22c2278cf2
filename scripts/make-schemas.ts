import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { schemas, schemaText } from './schemas.ts'

/** Writes the schemas that other programs read; a test fails when one is out of date. */
for (const [name, schema] of Object.entries(schemas)) {
  const file = join(import.meta.dirname, '../schema', name)
  writeFileSync(file, schemaText(schema))
  console.log(`Wrote ${file}`)
}
