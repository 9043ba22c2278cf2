import type { LoadedConfig } from './load-config.ts'
import { hideSecrets } from './secret.ts'
import { jsonSchemaOf, type Setting, settingsOf } from './setting.ts'

export interface EffectiveSetting extends Setting {
  /** As it was written; undefined for a check without a severity of its own. */
  value: unknown
  origin: string
}

/** Every key with the value that holds and where it came from, in the order of the schema. Safe to show: secrets are hidden. */
export function effectiveSettings({ schema, written }: Pick<LoadedConfig, 'schema' | 'written'>): EffectiveSetting[] {
  return settingsOf(jsonSchemaOf(schema)).map(({ path, node }) => {
    const { value, origin } = written.get(path) ?? { value: node.default, origin: 'default' }
    return { path, node, value: typeof value === 'string' ? hideSecrets(path, value) : value, origin }
  })
}
