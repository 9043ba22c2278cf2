import { posix } from 'node:path'
import { importsOf, isJavaScript } from '../../../test-runners/imports.ts'
import type { Site } from './writer.ts'

type Place = Pick<Site, 'path' | 'files'>

/** The file that a specifier means; null for a package, and for what is not there. */
export function resolveModule(specifier: string, { path, files }: Place): string | null {
  return importsOf(path, `import x from ${JSON.stringify(specifier)}`, files)[0] ?? null
}

/** How this repository writes the end of a relative specifier. */
export type Ending = 'none' | 'source' | 'output'

/** Taken from what a neighbour imports, else from what the runner needs. */
export function endingOf(neighbours: readonly { path: string; modules: readonly string[] }[], { runner, files }: Site): Ending {
  for (const { path, modules } of neighbours) {
    for (const module of modules.filter((name) => name.startsWith('.'))) {
      const file = resolveModule(module, { path, files })
      if (file === null || !isJavaScript(file)) continue
      const extension = posix.extname(module)
      if (extension === posix.extname(file)) return 'source'
      return /^\.[cm]?jsx?$/.test(extension) ? 'output' : 'none'
    }
  }
  return runner === 'node-test' || runner === 'mocha' ? 'source' : 'none'
}

/** A relative specifier for a file. */
export function specifierFor(file: string, from: string, ending: Ending): string {
  const path = posix.relative(posix.dirname(from), file)
  const relative = path.startsWith('.') ? path : `./${path}`
  const extension = posix.extname(file)
  // What is no TypeScript is only found by its whole name in a module.
  if (ending === 'source') return relative
  const bare = relative.slice(0, relative.length - extension.length)
  if (ending === 'output') return bare + extension.replace('ts', 'js').replace('jsx', 'js')
  return extension === '.mjs' || extension === '.cjs' || extension === '.json' ? relative : bare
}

/** A specifier that leads somewhere: one that was meant from elsewhere, or with another ending, is written anew. */
export function mendedSpecifier(specifier: string, site: Site, ending: Ending): string {
  if (!/^\.{0,2}\//.test(specifier) && !looksLikePath(specifier, site)) return specifier
  if (specifier.startsWith('.') && resolveModule(specifier, site) !== null) return specifier
  const file = meantFile(specifier, site)
  return file === null ? specifier : specifierFor(file, site.path, ending)
}

/** `src/sum`, which would be a package, and is a folder here. */
function looksLikePath(specifier: string, { files }: Site): boolean {
  const [folder = ''] = specifier.split('/')
  return specifier.includes('/') && !folder.startsWith('@') && [...files].some((file) => file.startsWith(`${folder}/`))
}

function meantFile(specifier: string, { target, files }: Site): string | null {
  const own = specifier.replace(/^\/+/, './')
  for (const from of [target.path, 'x', 'src/x']) {
    const found = resolveModule(own.startsWith('.') ? own : `./${own}`, { path: from, files })
    if (found !== null) return found
  }
  const tail = stemOf(own.replace(/^(?:\.{0,2}\/)+/, ''))
  if (stemOf(posix.basename(tail)) === stemOf(posix.basename(target.path))) return target.path
  const alike = [...files].filter((file) => isJavaScript(file) && (stemOf(file) === tail || stemOf(file).endsWith(`/${tail}`)))
  return alike.length === 1 ? (alike[0] ?? null) : null
}

const stemOf = (path: string) => path.replace(/\.[cm]?[jt]sx?$/, '')
