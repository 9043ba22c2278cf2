import { posix } from 'node:path'
import type { Project } from '../workspace/project.ts'
import { isBelow, upward } from '../workspace/project-program.ts'
import { importsOf, isJavaScript, isPython } from './imports.ts'
import { isJvmSource } from './junit-names.ts'
import { testRunners } from './registry.ts'
import { detectTestRunners } from './run-tests.ts'

/** In a tree with more, only names are looked at: reading everything would take longer than the tests. */
const maxScannedFiles = 8_000
const maxScannedLength = 1_000_000
const readAtOnce = 64

/**
 * The test files that a change may break, the nearest first: those that changed, those named like what changed, and those that import it, however
 * far. Of Go it is the package, of Rust the crate with the changed modules themselves, which hold its unit tests.
 */
export async function relatedTests(changedPaths: readonly string[], project: Project): Promise<readonly string[]> {
  const isTest = await testFileTest(project)
  const tests = project.files.filter(isTest)
  const present = changedPaths.filter((path) => project.files.includes(path))
  return [
    ...new Set([
      ...present.filter(isTest),
      ...changedPaths.flatMap((path) => namedLike(path, tests)),
      ...changedPaths.filter((path) => path.endsWith('.go')).flatMap((path) => tests.filter((test) => isInPackage(test, path))),
      ...changedPaths.filter((path) => path.endsWith('.rs')).flatMap((path) => crateTests(path, { project, tests })),
      ...(await importers(changedPaths, project)).filter(isTest),
    ]),
  ]
}

/** A file is a test if a runner that the project uses says so; without any, if one of all does. */
async function testFileTest(project: Project): Promise<(path: string) => boolean> {
  const uses = await detectTestRunners(project)
  if (uses.length === 0) return (path) => testRunners.some((runner) => runner.isTestFile(path))
  return (path) => uses.some(({ runner, use }) => isBelow(path, use.directory) && runner.isTestFile(path))
}

const isInPackage = (test: string, path: string) => test.endsWith('.go') && posix.dirname(test) === posix.dirname(path)

function crateTests(path: string, { project, tests }: { project: Project; tests: readonly string[] }): string[] {
  const crate = upward(posix.dirname(path)).find((folder) => project.files.includes(posix.join(folder, 'Cargo.toml')))
  if (crate === undefined) return []
  const own = project.files.includes(path) ? [path] : []
  return [...own, ...tests.filter((test) => test.endsWith('.rs') && posix.dirname(test) === posix.join(crate, 'tests'))]
}

/** Names that say nothing, so that the folder's name stands for them. */
const commonNames = new Set(['index', 'main', 'mod', '__init__', 'lib'])

/** The tests with the name of a file; where several folders have one, those whose path is most like its own. */
function namedLike(path: string, tests: readonly string[]): string[] {
  const isSameLanguage = isPython(path) ? isPython : isJavaScript(path) ? isJavaScript : isJvmSource(path) ? isJvmSource : () => false
  const own = subjectOf(path)
  const name = commonNames.has(own) ? posix.basename(posix.dirname(path)).toLowerCase() : own
  const named = tests.filter((test) => isSameLanguage(test) && subjectOf(test) === name && test !== path)
  const likeness = (test: string) => {
    const folders = new Set(posix.dirname(test).split('/'))
    return posix
      .dirname(path)
      .split('/')
      .filter((folder) => folders.has(folder)).length
  }
  const best = Math.max(...named.map(likeness))
  return named.filter((test) => likeness(test) === best)
}

/** What a file is about, by its name: `user` for `user.ts`, `user.test.ts`, `test_user.py`, `User-test.js` and `UserTest.java`. */
function subjectOf(path: string): string {
  const name = posix.basename(path).replace(/(\.d)?\.[^.]+$/, '')
  if (isJvmSource(path)) return name.replace(/^Test(?=\p{Lu})|(?<=.)(?:Tests?|TestCase|Spec)$/gu, '').toLowerCase()
  return name
    .replace(/^test[-_]/, '')
    .replace(/[-_.](test|tests|spec)$/, '')
    .toLowerCase()
}

/** All files that import one of these, directly or not, the nearest first. */
async function importers(paths: readonly string[], project: Project): Promise<string[]> {
  const isScanned = (path: string) => (isJavaScript(path) && paths.some(isJavaScript)) || (isPython(path) && paths.some(isPython))
  const scanned = project.files.filter(isScanned)
  if (scanned.length > maxScannedFiles) return []
  const importing = await readImporters(scanned, { project, gone: paths })
  const found: string[] = []
  const seen = new Set(paths)
  for (let ring = [...paths]; ring.length > 0; ) {
    ring = [...new Set(ring.flatMap((path) => importing.get(path) ?? []))].filter((path) => !seen.has(path))
    for (const path of ring) seen.add(path)
    found.push(...ring)
  }
  return found
}

/** For each file, those that import it. What was just deleted is still found, because its importers are broken now. */
async function readImporters(
  scanned: readonly string[],
  { project, gone }: { project: Project; gone: readonly string[] },
): Promise<Map<string, string[]>> {
  const files = new Set([...project.files, ...gone])
  const importing = new Map<string, string[]>()
  for (let start = 0; start < scanned.length; start += readAtOnce) {
    const chunk = scanned.slice(start, start + readAtOnce)
    const texts = await Promise.all(chunk.map((path) => project.read(path)))
    for (const [index, path] of chunk.entries()) {
      const text = texts[index] ?? ''
      if (text.length > maxScannedLength) continue
      for (const imported of importsOf(path, text, files)) importing.set(imported, [...(importing.get(imported) ?? []), path])
    }
  }
  return importing
}
