import { posix } from 'node:path'
import { languageOf } from '../../syntax/language.ts'
import { relatedTests } from '../../test-runners/related-tests.ts'
import { detectTestRunners, useFor } from '../../test-runners/run-tests.ts'
import { refusalOf } from '../../workspace/path-policy.ts'
import type { Project } from '../../workspace/project.ts'
import type { Placement } from './target.ts'
import { isNamedAfter, nameFor, patternOf, transferred } from './test-names.ts'

/** Where tests of a symbol of a file go; a sentence where there is no place. */
export type Placer = (path: string, name: string) => Promise<Placement | string>

type Uses = Awaited<ReturnType<typeof detectTestRunners>>

interface Placing {
  project: Project
  uses: Uses
  /** Files that a runner of the project takes for tests by their names. */
  tests: readonly string[]
}

/** Finds the place of a test by what the repository does: the test file of the same name, else the convention of the others, else that of the runner. */
export async function createPlacer(project: Project): Promise<Placer> {
  const uses = await detectTestRunners(project)
  const tests = project.files.filter((path) => useFor(uses, path)?.runner.isTestFile(path))
  return async (path, name) => placeOf(path, name, { project, uses, tests })
}

async function placeOf(source: string, name: string, placing: Placing): Promise<Placement | string> {
  const { project, uses } = placing
  const alike = placing.tests.filter((test) => isSameKind(test, source))
  const related = (await relatedTests([source], project)).filter((test) => isSameKind(test, source) && test !== source)
  const usual = placeByName(source, related) ?? (await placeByConvention(source, alike, placing)) ?? defaultPlace(source, placing)
  const path = usual === null ? null : await insideOfPackage(usual, { name, source, project })
  const used = path === null ? undefined : useFor(uses, path)
  if (path === null || !used) return 'No test runner of this repository runs tests of this file.'
  const refusal = refusalOf(path, 'write')
  if (refusal !== null) return refusal
  const [nearest = alike.toSorted((a, b) => distance(a, path) - distance(b, path))[0]] = related
  const text = await project.read(path)
  const example = text === null ? nearest : path
  const shown = example === undefined ? null : await project.read(example)
  return { use: used.use, path, text, example: example === undefined || shown === null ? null : { path: example, text: shown } }
}

/** What a package of Go keeps to itself cannot be called from a test file that is a package of its own. */
async function insideOfPackage(
  path: string,
  { name, source, project }: { name: string; source: string; project: Project },
): Promise<string> {
  if (!path.endsWith('_test.go') || !name.split('.').some((part) => /^[\p{Ll}_]/u.test(part))) return path
  const isOutside = /^package\s+\w+_test\b/m.test((await project.read(path)) ?? '')
  return isOutside ? source.replace(/\.go$/, '_internal_test.go') : path
}

const scripts = new Set(['javascript', 'typescript', 'tsx'])

function isSameKind(one: string, other: string): boolean {
  const [first, second] = [languageOf(one), languageOf(other)]
  return first === second || (scripts.has(first ?? '') && scripts.has(second ?? ''))
}

/** The test file that is called after the source. Unit tests of Rust are in the source. */
function placeByName(source: string, related: readonly string[]): string | null {
  if (source.endsWith('.rs')) return source
  return related.find((test) => isNamedAfter(test, source)) ?? null
}

/** As the tests of other sources lie, the nearest first. */
async function placeByConvention(source: string, alike: readonly string[], { project, tests }: Placing): Promise<string | null> {
  const known = new Set(tests)
  const sources = project.files.filter((path) => !known.has(path) && isSameKind(path, source))
  for (const test of alike.toSorted((a, b) => distance(a, source) - distance(b, source))) {
    const own = sources.filter((path) => isNamedAfter(test, path)).toSorted((a, b) => distance(a, test) - distance(b, test))
    for (const path of own) {
      const place = transferred(test, path, source)
      if (place !== null) return place
    }
  }
  const [nearest] = alike.filter((test) => patternOf(test) !== null).toSorted((a, b) => distance(a, source) - distance(b, source))
  const pattern = nearest === undefined ? null : (patternOf(nearest)?.pattern ?? null)
  return nearest !== undefined && pattern ? posix.join(posix.dirname(nearest), nameFor(source, pattern)) : null
}

/** Steps from one file's folder to the other's. */
function distance(one: string, other: string): number {
  const relative = posix.relative(posix.dirname(one), posix.dirname(other))
  return relative === '' ? 0 : relative.split('/').length
}

/** Where a runner looks by itself, for a repository without any test like it. */
function defaultPlace(source: string, { uses }: Placing): string | null {
  const { dir, name, ext } = posix.parse(source)
  const beside = (file: string) => posix.join(dir, file)
  const candidates: Readonly<Record<string, (root: string) => string>> = {
    vitest: () => beside(`${name}.test${ext}`),
    jest: () => beside(`${name}.test${ext}`),
    mocha: (root) => posix.join(root, 'test', `${name}.test${ext}`),
    'node-test': (root) => posix.join(root, 'test', `${name}.test${ext}`),
    pytest: (root) => posix.join(root, 'tests', `test_${name}.py`),
    'go-test': () => beside(`${name}_test.go`),
    maven: () => source.replace('src/main/java/', 'src/test/java/').replace(/\.java$/, 'Test.java'),
    gradle: () => source.replace('src/main/java/', 'src/test/java/').replace(/\.java$/, 'Test.java'),
  }
  for (const { runner, use } of uses) {
    const path = Object.hasOwn(candidates, runner.name) ? candidates[runner.name]?.(use.directory) : undefined
    if (path !== undefined && isSameKind(path, source) && useFor(uses, path)?.use === use) return path
  }
  return null
}
