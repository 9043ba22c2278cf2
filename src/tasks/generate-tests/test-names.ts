import { posix } from 'node:path'

/** How a test file is called after what it tests. */
export interface NamePattern {
  prefix: string
  suffix: string
  /** With a capital, as the class in it. */
  isCapital: boolean
}

/** The stem of what a file is about and the pattern around it; null for a name that is not made by one. */
export function patternOf(path: string): { stem: string; pattern: NamePattern } | null {
  const name = posix.basename(path)
  const extension = posix.extname(name)
  const bare = name.slice(0, name.length - extension.length)
  const [, word] = /[-_.](test|tests|spec)$/i.exec(bare) ?? []
  if (word !== undefined) {
    const stem = bare.slice(0, bare.length - word.length - 1)
    return { stem, pattern: { prefix: '', suffix: bare.slice(stem.length) + extension, isCapital: false } }
  }
  const prefix = /^test[-_]/i.exec(bare)?.[0]
  if (prefix !== undefined) return { stem: bare.slice(prefix.length), pattern: { prefix, suffix: extension, isCapital: false } }
  const capital = extension === '.java' ? /Tests?$/.exec(bare)?.[0] : undefined
  if (capital === undefined) return null
  return { stem: bare.slice(0, -capital.length), pattern: { prefix: '', suffix: capital + extension, isCapital: true } }
}

/** The stem of a source file. */
const stemOf = (path: string): string => posix.basename(path).slice(0, posix.basename(path).length - posix.extname(path).length)

/** Whether a test file is called after a source. */
export function isNamedAfter(test: string, source: string): boolean {
  const stem = patternOf(test)?.stem ?? stemOf(test)
  return stem.toLowerCase() === stemOf(source).toLowerCase()
}

/** Where the test of one source lies, as that of another one does. */
export function transferred(test: string, source: string, target: string): string | null {
  const pattern = patternOf(test)?.pattern
  if (!pattern) return null
  const folder = transferredFolder(posix.dirname(test), posix.dirname(source), posix.dirname(target))
  return folder === null ? null : posix.join(folder, nameFor(target, pattern))
}

export function nameFor(target: string, { prefix, suffix }: NamePattern): string {
  // The test of a component may lie in a file without markup, and that of markup not in one without.
  const own = suffix.replace(/\.([cm]?[jt]s)x?$/, (all, extension: string) => (target.endsWith('x') ? `.${extension}x` : all))
  return `${prefix}${stemOf(target)}${own}`
}

/** `src/a` is to `tests/a` as `src/b/c` to `tests/b/c`. */
function transferredFolder(test: string, source: string, target: string): string | null {
  const [tests, sources] = [segments(test), segments(source)]
  let common = 0
  while (common < Math.min(tests.length, sources.length) && tests.at(-1 - common) === sources.at(-1 - common)) common++
  const [testRoot, sourceRoot] = [tests.slice(0, tests.length - common), sources.slice(0, sources.length - common)]
  const own = segments(target)
  // Beside the source, or in a folder below it.
  if (
    testRoot.length >= sourceRoot.length &&
    common === 0 &&
    sources.every((name, index) => tests[index] === name) &&
    tests.length > sources.length
  )
    return posix.join(target, ...tests.slice(sources.length))
  if (test === source) return target
  const isBelow = sourceRoot.every((name, index) => own[index] === name)
  return isBelow ? posix.join('.', ...testRoot, ...own.slice(sourceRoot.length)) : null
}

const segments = (folder: string) => (folder === '.' ? [] : folder.split('/'))
