import { type EffectiveSetting, effectiveSettings } from '../config/effective.ts'
import { variableFor } from '../config/environment.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import { allowedBy, jsonSchemaOf, type SchemaNode } from '../config/setting.ts'
import { closest } from '../domain/closest.ts'
import { AppError } from '../domain/errors.ts'
import { terminalLine } from '../domain/trust-terminal.ts'
import { flagFor } from './flags.ts'

interface TextOptions {
  color: boolean
}

const widestValue = 40

/** One line for each key: its path, its value and where that came from. What is not a default stands out. */
export function settingsTable(settings: readonly EffectiveSetting[], { color }: TextOptions): string {
  const rows = settings.map(({ path, value, origin }) => ({ path, value: shown(value), origin: terminalLine(origin) }))
  const pathWidth = Math.max(...rows.map(({ path }) => path.length))
  const valueWidth = Math.min(widestValue, Math.max(...rows.map(({ value }) => value.length)))
  return rows
    .map(({ path, value, origin }) => {
      const isDefault = origin === 'default'
      const line = `${path.padEnd(pathWidth)}  ${value.padEnd(valueWidth)}  ${origin}`
      return `${paint(isDefault ? '2' : '1', line, color)}\n`
    })
    .join('')
}

export interface Explained {
  schema: LoadedConfig['schema']
  /** Null where the configuration is wrong, and nothing can be said about what holds. */
  written: LoadedConfig['written'] | null
}

/** What a key or a section is for, what it may be, and what it is here. */
export function explanationOf(path: string, { schema, written }: Explained, { color }: TextOptions): string {
  const root = jsonSchemaOf(schema)
  const name = path.replaceAll(/\[\d*\]/g, '')
  const node = name.split('.').reduce<SchemaNode | undefined>(child, root)
  if (!node) throw unknownPath(path, root)
  const heading = `${paint('1', name, color)}\n${node.description ? `${node.description}.\n` : ''}`
  const keys = node.properties ?? node.items?.properties
  if (keys) return `${heading}\n${table(Object.entries(keys).map(([key, { description = '' }]) => [key, description]))}`
  const setting = effectiveSettings({ schema, written: written ?? new Map() }).find((candidate) => candidate.path === name)
  return `${heading}\n${table(setting ? factsOf(setting, written !== null) : [['allowed', allowedBy(node)]])}`
}

function factsOf({ path, node, value, origin }: EffectiveSetting, isKnown: boolean): [string, string][] {
  const facts: Record<string, string | undefined> = {
    allowed: allowedBy(node),
    default: shown(node.default),
    value: isKnown ? shown(value) : undefined,
    from: isKnown ? origin : undefined,
    variable: node.type === 'array' ? undefined : variableFor(path),
    flag: flagFor(path),
  }
  return Object.entries(facts).flatMap(([name, fact]) => (fact === undefined ? [] : [[name, fact]]))
}

function child(node: SchemaNode | undefined, key: string): SchemaNode | undefined {
  const properties = node?.properties ?? node?.items?.properties ?? {}
  return Object.hasOwn(properties, key) ? properties[key] : undefined
}

function unknownPath(path: string, root: SchemaNode): AppError {
  const meant = closest(path, pathsOf(root))
  return new AppError('USAGE_INVALID', `${path} is not a key of the configuration.`, {
    hint: meant === undefined ? '`agent config show` lists them all.' : `Did you mean ${meant}?`,
  })
}

function pathsOf(node: SchemaNode, prefix = ''): string[] {
  const properties = node.properties ?? node.items?.properties ?? {}
  return Object.entries(properties).flatMap(([key, value]) => [`${prefix}${key}`, ...pathsOf(value, `${prefix}${key}.`)])
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${terminalLine(text)}\n`).join('')
}

function shown(value: unknown): string {
  if (value === undefined) return 'as the model says'
  return terminalLine(typeof value === 'string' ? value : JSON.stringify(value))
}

function paint(code: string, text: string, color: boolean): string {
  return color ? `\u001B[${code}m${text}\u001B[0m` : text
}
