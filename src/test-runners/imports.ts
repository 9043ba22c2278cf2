import { posix } from 'node:path'
import { upward } from '../workspace/project-program.ts'

export const isJavaScript = (path: string): boolean => /\.[cm]?[jt]sx?$/.test(path)
export const isPython = (path: string): boolean => path.endsWith('.py')

/**
 * The files of the tree that a file imports, found by a plain look at its text: what is computed, aliased by configuration, or imported
 * by the name of a package is not seen.
 */
export function importsOf(path: string, text: string, files: ReadonlySet<string>): string[] {
  const candidates = isPython(path) ? pythonModules(path, text) : javaScriptModules(path, text)
  const found = candidates.map((alternatives) => alternatives.find((candidate) => files.has(candidate)))
  return [...new Set(found.filter((candidate) => candidate !== undefined))]
}

const javaScriptImport = /(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*(['"`])((?:\.{1,2}|[@~])(?:\/[^'"`\n]*)?)\1/g

const extensions = ['.ts', '.tsx', '.js', '.jsx', '.mts', '.cts', '.mjs', '.cjs', '.json']

/** One list of alternatives for each import, the likeliest first. */
function javaScriptModules(path: string, text: string): string[][] {
  const directory = posix.dirname(path)
  return Array.from(text.matchAll(javaScriptImport), ([, , specifier = '']) => {
    // By convention, `@/` and `~/` stand for the sources of the project or of the package.
    const isAliased = /^[@~]/.test(specifier)
    const bases = isAliased
      ? upward(directory).flatMap((folder) => [posix.join(folder, 'src', specifier.slice(1)), posix.join(folder, specifier.slice(1))])
      : [posix.join(directory, specifier)]
    return bases.flatMap(asJavaScriptFile)
  })
}

function asJavaScriptFile(base: string): string[] {
  // TypeScript writes the name of the file that it will become.
  const source = base.replace(/\.([cm]?)js(x?)$/, '.$1ts$2')
  return [
    base,
    source,
    `${source}x`,
    ...extensions.map((extension) => base + extension),
    ...extensions.map((extension) => `${base}/index${extension}`),
  ]
}

const pythonImport = /^[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+(?:\(([^)]*)\)|([^\n#]*))|import[ \t]+([^\n#]+))/gm

function pythonModules(path: string, text: string): string[][] {
  const modules = Array.from(text.matchAll(pythonImport), ([, from, inParentheses, onLine, plain]) => {
    if (plain !== undefined) return names(plain)
    const imported = names(inParentheses ?? onLine ?? '')
    const prefix = from === undefined || from.endsWith('.') ? (from ?? '') : `${from}.`
    return [from ?? '', ...imported.map((name) => prefix + name)]
  })
  return modules.flat().flatMap((module) => pythonFiles(path, module))
}

const names = (list: string) =>
  list
    .split(',')
    .map((name) => name.replaceAll(/#.*/g, '').trim().split(/\s+/)[0] ?? '')
    .filter((name) => name !== '' && name !== '*')

/** A module, and the packages that are loaded on the way to it. */
function pythonFiles(path: string, module: string): string[][] {
  const dots = /^\.*/.exec(module)?.[0].length ?? 0
  const parts = module.slice(dots).split('.').filter(Boolean)
  const directory = posix.dirname(path)
  const folders =
    dots > 0 ? [posix.join(directory, ...Array.from({ length: dots - 1 }, () => '..'))] : upward(directory).flatMap(withSources)
  const lengths = Array.from({ length: parts.length + (dots > 0 ? 1 : 0) }, (_, index) => (dots > 0 ? index : index + 1))
  return lengths.map((length) => {
    const name = parts.slice(0, length)
    return folders.flatMap((folder) => {
      const base = posix.join(folder, ...name)
      return name.length === 0 ? [posix.join(base, '__init__.py')] : [`${base}.py`, `${base}/__init__.py`]
    })
  })
}

const withSources = (folder: string) => [folder, posix.join(folder, 'src'), posix.join(folder, 'lib')]
