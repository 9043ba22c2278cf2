import { posix } from 'node:path'
import type { TestRequest } from './test-runner.ts'

/** One test as JUnit's own reports name it: a class, nested ones behind `$`, and what that class calls the test. */
export interface JunitName {
  className: string
  /** Only where the test is a plain method: one of several runs of a method can only be had with all tests of its class. */
  method: string | null
}

const plainClass = /^[\p{L}_][\p{L}\p{N}_]*(?:[.$][\p{L}\p{N}_]+)*$/u
const plainMethod = /^[\p{L}_][\p{L}\p{N}_]*$/u

/** Takes apart the name of a test, `com.example.SizeTest$Inner#isSmall`. Null: not a class that could be meant. Nothing of it is a pattern. */
export function parseJunitName(name: string): JunitName | null {
  const [className = '', ...rest] = name.split('#')
  // Gradle says `isSmall()` where Maven says `isSmall`.
  const method = rest.join('#').replace(/\(\)$/, '')
  return plainClass.test(className) ? { className, method: plainMethod.test(method) ? method : null } : null
}

/** By how likely they are; a project may have added others to its build file. */
const languages = ['java', 'kotlin', 'groovy', 'scala'] as const
const extensions: Readonly<Record<(typeof languages)[number], string>> = { java: 'java', kotlin: 'kt', groovy: 'groovy', scala: 'scala' }

/** Whether this is a source of a language that runs its tests with JUnit. */
export const isJvmSource = (path: string): boolean => /\.(java|kt|groovy|scala)$/.test(path)

/** The class that a file of tests declares, by its package and name. */
export async function classOf(file: string, { readText }: Pick<TestRequest, 'readText'>): Promise<string> {
  const stem = posix.basename(file).replace(/\.\w+$/, '')
  const declared = /^\s*package\s+([\p{L}\p{N}_.]+)/mu.exec((await readText(file)) ?? '')?.[1]
  const conventional = posix.dirname(file).match(/(?:^|\/)src\/\w+\/(?:java|kotlin|groovy|scala)\/(.+)$/)?.[1]
  const owner = declared ?? conventional?.replaceAll('/', '.')
  return owner === undefined ? stem : `${owner}.${stem}`
}

interface Sources {
  /** Of the module, relative to the root. */
  directory: string
  kind: 'main' | 'test'
  /** Further folders with sources, relative to the module. */
  more?: readonly string[]
}

/** The file of a source that a report names by its package, `com/example/Size.java`, or without an end; null where there is none. */
export async function jvmSource(
  name: string,
  { directory, kind, more = [] }: Sources,
  { readText }: Pick<TestRequest, 'readText'>,
): Promise<string | null> {
  const hasEnd = isJvmSource(name)
  const candidates = languages.flatMap((language) =>
    [...more, `src/${kind}/${language}`].map((folder) => posix.join(directory, folder, hasEnd ? name : `${name}.${extensions[language]}`)),
  )
  for (const path of new Set(candidates)) if ((await readText(path)) !== null) return path
  return null
}
