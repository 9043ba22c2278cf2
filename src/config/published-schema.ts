import type { ConfigurableCheck } from '../tasks/review/options.ts'
import { configSchemaFor } from './schema.ts'
import { jsonSchemaOf } from './setting.ts'

/** What `schema/config.schema.json` and `agent config schema` hold. */
export function publishedSchema(checks: readonly ConfigurableCheck[]): object {
  return { title: 'Configuration of coding-agent', ...jsonSchemaOf(configSchemaFor(checks)) }
}
