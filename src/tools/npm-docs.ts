import { posix } from 'node:path'
import { z } from 'zod'
import type { InstalledPackages } from '../workspace/installed-packages.ts'
import type { DeclarationFile, PackageDocs } from './package-docs.ts'

const manifestSchema = z.object({
  name: z.string().catch(''),
  version: z.string().catch(''),
  description: z.string().catch(''),
  types: z.string().optional().catch(undefined),
  typings: z.string().optional().catch(undefined),
  module: z.string().optional().catch(undefined),
  main: z.string().optional().catch(undefined),
  exports: z.unknown().optional(),
})

type Manifest = z.infer<typeof manifestSchema>

const maxFiles = 200

interface Wanted {
  /** `name`, `@scope/name`, or one of them and a part of it: `name/part`. */
  name: string
  /** Folder of the project that imports it. */
  folder: string
}

/** The documentation of a package in `node_modules`; null where none of that name is installed. */
export async function npmDocs(packages: InstalledPackages, { name, folder }: Wanted): Promise<PackageDocs | null> {
  const own = /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name
  const place = await findPackage(packages, own, folder)
  if (!place) return null
  const { manifest, at } = place
  const part = name === own ? '.' : `.${name.slice(own.length)}`
  const typed = await entryOf(packages, { manifest, at, part })
  const types = typed ?? (await typesPackageEntry(packages, { own, part, folder }))
  const entry = types ?? (await codeEntry(packages, { manifest, at, part }))
  const readme = (await packages.list(at)).find((file) => /^readme(?:\.md|\.markdown|\.txt)?$/i.test(file))
  return {
    title: `${manifest.name || own} ${manifest.version}`.trim(),
    description: manifest.description,
    readme: readme === undefined ? '' : ((await packages.read(posix.join(at, readme))) ?? ''),
    publicFiles: () => follow(packages, entry, reexportsIn),
    allFiles: () => follow(packages, entry, referencesIn),
  }
}

async function findPackage(packages: InstalledPackages, name: string, folder: string): Promise<{ manifest: Manifest; at: string } | null> {
  for (let at = posix.normalize(folder); ; at = posix.dirname(at)) {
    const place = posix.join(at, 'node_modules', name)
    const text = await packages.read(posix.join(place, 'package.json'))
    if (text !== null) return { manifest: manifestIn(text), at: place }
    if (at === '.' || at === '/') return null
  }
}

function manifestIn(text: string): Manifest {
  try {
    return manifestSchema.parse(JSON.parse(text))
  } catch {
    return manifestSchema.parse({})
  }
}

interface Package {
  manifest: Manifest
  /** Its folder. */
  at: string
  part: string
}

/** The declarations that a compiler would read for an import of this part. */
async function entryOf(packages: InstalledPackages, { manifest, at, part }: Package): Promise<string | null> {
  const { types, typings, main, module } = manifest
  const own = part === '.' ? [types, typings, main, module, 'index.js'] : [part, `${part}/index.js`]
  const candidates = [...exportTargets(manifest.exports, part), ...own].filter((path) => path !== undefined)
  return firstReadable(
    packages,
    candidates.flatMap(declarationNames).map((path) => posix.join(at, path)),
  )
}

/** The code itself, for a package without declarations: its comments say something too. */
async function codeEntry(packages: InstalledPackages, { manifest, at, part }: Package): Promise<string | null> {
  const own = part === '.' ? [manifest.module, manifest.main, 'index.js'] : [`${part}.js`, `${part}/index.js`, part]
  const candidates = [...exportTargets(manifest.exports, part), ...own].filter((path) => path !== undefined)
  return firstReadable(
    packages,
    candidates.filter((path) => /\.[cm]?js$/.test(path)).map((path) => posix.join(at, path)),
  )
}

async function typesPackageEntry(packages: InstalledPackages, { own, part, folder }: { own: string; part: string; folder: string }) {
  const place = await findPackage(packages, `@types/${own.replace(/^@([^/]+)\//, '$1__')}`, folder)
  return place && entryOf(packages, { ...place, part })
}

/** The files that `exports` names for a part, types first. */
function exportTargets(exports: unknown, part: string): string[] {
  const isMap = typeof exports === 'object' && exports !== null && Object.keys(exports).some((key) => key.startsWith('.'))
  const target = isMap ? (exports as Record<string, unknown>)[part] : part === '.' ? exports : undefined
  const found: { path: string; isTypes: boolean }[] = []
  const collect = (value: unknown, isTypes: boolean, depth = 0): void => {
    if (typeof value === 'string') found.push({ path: value, isTypes })
    if (typeof value !== 'object' || value === null || depth > 10) return
    for (const [condition, inner] of Object.entries(value)) collect(inner, isTypes || condition.startsWith('types'), depth + 1)
  }
  collect(target, false)
  return found.toSorted((a, b) => Number(b.isTypes) - Number(a.isTypes)).map(({ path }) => path)
}

function declarationNames(path: string): string[] {
  if (/\.d\.[cm]?ts$/.test(path)) return [path]
  const code = /^(.*)\.([cm]?)jsx?$/.exec(path)
  if (code) return [`${code[1]}.d.${code[2]}ts`, `${code[1]}.d.ts`]
  return [`${path}.d.ts`, `${path}.d.mts`, `${path}.d.cts`, `${path}/index.d.ts`, `${path}/index.d.mts`]
}

async function firstReadable(packages: InstalledPackages, paths: readonly string[]): Promise<string | null> {
  for (const path of new Set(paths)) if (isInside(path) && (await packages.read(path)) !== null) return path
  return null
}

const isInside = (path: string) => path.includes('node_modules/') && !path.startsWith('..')

interface Reference {
  specifier: string
  names: ReadonlySet<string> | null
}

/** What a file passes on from others. */
function reexportsIn(text: string): Reference[] {
  const statements = text.matchAll(/\bexport\s+(?:type\s+)?(\*|\{[^}]{0,20000}\})\s*(?:as\s+\w+\s+)?from\s*['"](\.[^'"]{1,300})['"]/g)
  return Array.from(statements, ([, what = '', specifier = '']) => ({ specifier, names: what === '*' ? null : namesIn(what) }))
}

function namesIn(list: string): ReadonlySet<string> {
  const names = list.slice(1, -1).split(',')
  return new Set(
    names.map(
      (name) =>
        name
          .replace(/^\s*(?:type\s+)?/, '')
          .split(/\s+as\s+/)[0]
          ?.trim() ?? '',
    ),
  )
}

function referencesIn(text: string): Reference[] {
  const specifiers = text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*|<reference\s+path=)['"](\.[^'"]{1,300})['"]/g)
  return Array.from(specifiers, ([, specifier = '']) => ({ specifier, names: null }))
}

/** The files that are reached from an entry, breadth first. */
async function* follow(
  packages: InstalledPackages,
  entry: string | null,
  referencesOf: (text: string) => Reference[],
): AsyncGenerator<DeclarationFile> {
  const waiting: { candidates: string[]; names: DeclarationFile['names'] }[] = entry === null ? [] : [{ candidates: [entry], names: null }]
  const seen = new Set<string>()
  for (let next = waiting.shift(); next && seen.size < maxFiles; next = waiting.shift()) {
    const path = await firstReadable(packages, next.candidates)
    const text = path !== null && !seen.has(path) ? await packages.read(path) : null
    if (path === null || text === null) continue
    seen.add(path)
    yield { path, text, names: next.names }
    for (const { specifier, names } of referencesOf(text)) {
      const target = posix.join(posix.dirname(path), specifier)
      waiting.push({ candidates: [...declarationNames(target), target, `${target}.js`, `${target}/index.js`], names })
    }
  }
}
