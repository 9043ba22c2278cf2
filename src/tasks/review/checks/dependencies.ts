type Table = Readonly<Record<string, unknown>>
type Read = (text: string) => Promise<ReadonlyMap<string, string> | null>

/** Reads sections of a JSON manifest. */
export function jsonDependencies(sections: readonly string[]): Read {
  return async (text) => {
    const manifest = parseJson(text)
    return isTable(manifest)
      ? collect(
          sections.map((section) => [section]),
          manifest,
        )
      : null
  }
}

/** Reads sections of a TOML manifest; `*` stands for every key. */
export function tomlDependencies(sections: readonly (readonly string[])[]): Read {
  return async (text) => {
    const { parse } = await import('smol-toml')
    try {
      return collect(sections, parse(text))
    } catch {
      return null
    }
  }
}

/** Reads the modules that a `go.mod` requires or replaces by others; those replaced by a folder need no entry in the lock file. */
export const goDependencies: Read = async (text) => {
  const found = new Map<string, string>()
  for (const line of text.split('\n')) {
    const plain = line
      .replace(/\/\/.*/, '')
      .replace(/^\s*(?:require|replace)\s+/, '')
      .trim()
    const replaced = /^(\S+)(?: \S+)? => (\S+)(?: (v\S+))?$/.exec(plain)
    if (replaced) found.delete(replaced[1] ?? '')
    const [, name, version] = (replaced?.[3] === undefined ? /^(\S+) (v\S+)$/ : /=> (\S+) (v\S+)$/).exec(plain) ?? []
    if (name !== undefined && version !== undefined && !/^\s*(?:exclude|retract)\b/.test(line)) found.set(name, version)
  }
  return found
}

/** A module that is no longer required may stay in `go.sum`; every other one needs its line. */
export function isInGoSum({ name, version }: { name: string; version: string | undefined }, lock: string): boolean {
  return version === undefined || lock.includes(`${name} ${version}/go.mod `) || lock.includes(`${name} ${version} `)
}

/** Reads the gems of a `Gemfile`, each with its version and source. */
export const rubyDependencies: Read = async (text) => {
  const gems = text.matchAll(/^[ \t]*gem[ \t(]+(["'])([\w.-]{1,100})\1([^\n]{0,300})/gm)
  const asked = [...gems].map(([, , name = '', rest = '']): [string, string] => [name, versionAndSource(rest)])
  return new Map(asked)
}

/** Groups and `require:` say when a gem is loaded, not which one. */
function versionAndSource(rest: string): string {
  return rest
    .replace(/#.*/, '')
    .replace(/,\s*(?::?(?:require|group|groups|platforms?|install_if)\b\s*(?::|=>)\s*(?:\[[^\]]*\]|[^,]*))/g, '')
    .replace(/["'\s)]+/g, ' ')
    .trim()
}

function collect(sections: readonly (readonly string[])[], manifest: Table): Map<string, string> {
  const found = new Map<string, string>()
  for (const section of sections) for (const [where, value] of tablesAt(manifest, section)) addAll(found, where, value)
  return found
}

/** Everything at a path of keys; `*` follows each key. */
function tablesAt(table: unknown, [key, ...rest]: readonly string[], where = ''): [string, unknown][] {
  if (key === undefined) return [[where, table]]
  if (!isTable(table)) return []
  const keys = key === '*' ? Object.keys(table) : [key].filter((one) => Object.hasOwn(table, one))
  return keys.flatMap((one) => tablesAt(table[one], rest, `${where}${one}/`))
}

function addAll(found: Map<string, string>, where: string, value: unknown): void {
  if (Array.isArray(value)) for (const one of value) found.set(`${where}${requirementName(one)}`, stable(one))
  else if (isTable(value)) for (const [name, asked] of Object.entries(value)) found.set(`${where}${name}`, stable(asked))
}

/** `requests[socks]>=2` → `requests`. */
function requirementName(requirement: unknown): string {
  return typeof requirement === 'string' ? (/^[\w.-]+/.exec(requirement)?.[0] ?? requirement) : stable(requirement)
}

/** What is asked for, whatever the order of its keys. Features of a crate do not say which version is locked. */
function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`
  if (!isTable(value)) return JSON.stringify(value)
  const keys = Object.keys(value).filter((key) => !/^(?:default-)?features$|^default_features$|^optional$/.test(key))
  if (keys.length === 1 && keys[0] === 'version') return JSON.stringify(value['version'])
  return `{${keys
    .toSorted()
    .map((key) => `${key}:${stable(value[key])}`)
    .join(',')}}`
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch {
    return null
  }
}
