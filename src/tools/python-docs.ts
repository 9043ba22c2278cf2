import { posix } from 'node:path'
import type { InstalledPackages } from '../workspace/installed-packages.ts'
import type { DeclarationFile, PackageDocs } from './package-docs.ts'

const environments = ['.venv', 'venv']
const maxFiles = 200

/** The documentation of a package in a virtual environment of the project; null where none of that name is installed. */
export async function pythonDocs(packages: InstalledPackages, name: string): Promise<PackageDocs | null> {
  for (const site of await sitePackages(packages)) {
    const names = await packages.list(site)
    const own = names.find((entry) => distributionName(entry) === normalized(name))
    const distribution = own ?? names.find((entry) => distributionName(entry) === normalized(name.split('.')[0] ?? name))
    const about = distribution === undefined ? null : await metadataIn(packages, posix.join(site, distribution))
    const module = await moduleOf(packages, { site, names, wanted: (own && about?.module) ?? name })
    if (!module && !about) continue
    return {
      title: about ? `${about.name} ${about.version}` : name,
      description: about?.summary ?? '',
      readme: about?.readme ?? '',
      publicFiles: () => filesOf(packages, module && { ...module, folder: null }),
      allFiles: () => filesOf(packages, module),
    }
  }
  return null
}

async function sitePackages(packages: InstalledPackages): Promise<string[]> {
  const found: string[] = []
  for (const environment of environments) {
    const versions = (await packages.list(`${environment}/lib`)).filter((version) => /^python\d/.test(version))
    found.push(...versions.map((version) => `${environment}/lib/${version}/site-packages`), `${environment}/Lib/site-packages`)
  }
  return found
}

/** Python's own rule for when two names of packages are the same. */
const normalized = (name: string) => name.toLowerCase().replaceAll(/[-_.]+/g, '-')

function distributionName(entry: string): string | null {
  const name = /^(.+?)-[^-]+\.dist-info$/.exec(entry)?.[1]
  return name === undefined ? null : normalized(name)
}

interface Metadata {
  name: string
  version: string
  summary: string
  readme: string
  /** What is imported, where that is another name. */
  module: string | null
}

async function metadataIn(packages: InstalledPackages, folder: string): Promise<Metadata | null> {
  const text = (await packages.read(posix.join(folder, 'METADATA')))?.replaceAll('\r\n', '\n')
  if (text === undefined) return null
  const [head = '', ...body] = text.split('\n\n')
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(head)?.[1]?.trim() ?? ''
  const modules = (await packages.read(posix.join(folder, 'top_level.txt')))?.split(/\s+/).filter((name) => /^[a-z]\w*$/i.test(name))
  const readme = body.join('\n\n')
  return { name: field('Name'), version: field('Version'), summary: field('Summary'), readme, module: modules?.[0] ?? null }
}

interface Module {
  entry: string
  /** Where the rest of it is; null for a module that is one file. */
  folder: string | null
}

async function moduleOf(
  packages: InstalledPackages,
  { site, names, wanted }: { site: string; names: readonly string[]; wanted: string },
): Promise<Module | null> {
  const [first = '', ...rest] = wanted.split('.')
  const own = names.find((entry) => normalized(entry.replace(/\.pyi?$/, '')) === normalized(first))?.replace(/\.pyi?$/, '') ?? first
  const base = posix.join(site, own, ...rest)
  for (const [entry, folder] of [
    [`${base}-stubs/__init__.pyi`, `${base}-stubs`],
    [`${base}/__init__.pyi`, base],
    [`${base}/__init__.py`, base],
    [`${base}.pyi`, null],
    [`${base}.py`, null],
  ] as const) {
    if ((await packages.read(entry)) !== null) return { entry, folder }
  }
  return null
}

/** The entry, then the other modules, a stub before the code that it is for. */
async function* filesOf(packages: InstalledPackages, module: Module | null): AsyncGenerator<DeclarationFile> {
  if (!module) return
  const { entry, folder } = module
  const waiting = [entry, ...(folder === null ? [] : [folder])]
  const seen = new Set<string>()
  for (let next = waiting.shift(); next !== undefined && seen.size < maxFiles; next = waiting.shift()) {
    if (seen.has(next)) continue
    seen.add(next)
    const text = /\.pyi?$/.test(next) ? await packages.read(next) : null
    if (text !== null) yield { path: next, text, names: null }
    else waiting.push(...(await modulesIn(packages, next)))
  }
}

async function modulesIn(packages: InstalledPackages, folder: string): Promise<string[]> {
  const names = await packages.list(folder)
  const isWanted = (name: string) => /^[^.]+(?:\.pyi?)?$/.test(name) && name !== '__pycache__' && !/^tests?$/.test(name)
  return names.filter((name) => isWanted(name) && !names.includes(`${name}i`)).map((name) => posix.join(folder, name))
}
