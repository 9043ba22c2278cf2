import { posix } from 'node:path'
import { failureText, type Gathered, type GatheredTest } from './conclude.ts'
import { elementsNamed, readXml, type XmlElement } from './coverage/xml.ts'
import { jvmSource } from './junit-names.ts'
import type { TestRequest } from './test-runner.ts'

/** A report as it was found in the tree. */
export interface FoundReport {
  /** Of the module that it belongs to, relative to the root. */
  directory: string
  path: string
  text: string
}

interface Reading {
  request: Pick<TestRequest, 'readText'>
  /** Folders with tests that a module has beside the usual ones, relative to it. */
  testFolders: (directory: string) => Promise<readonly string[]>
}

/** JUnit's XML as Maven and Gradle write it, one report for a class of tests. Null when one of them cannot be read. */
export async function readJunitReports(reports: readonly FoundReport[], { request, testFolders }: Reading): Promise<Gathered | null> {
  const suites = reports.map(({ directory, text }) => ({ directory, suite: readXml(text) }))
  const files = new Map<string, Promise<string | null>>()
  const fileOf = (className: string, directory: string) => {
    const key = `${directory}:${className}`
    const name = className.replace(/\$.*/s, '').replaceAll('.', '/')
    const look = async () => await jvmSource(name, { directory, kind: 'test', more: await testFolders(directory) }, request)
    const found = files.get(key) ?? look()
    files.set(key, found)
    return found
  }
  const gathered: { tests: GatheredTest[]; skipped: number } = { tests: [], skipped: 0 }
  for (const { directory, suite } of suites) {
    if (suite?.name !== 'testsuite' && suite?.name !== 'testsuites') return null
    for (const test of elementsNamed(suite, 'testcase')) {
      const className = classNameOf(test)
      if (has(test, 'skipped')) gathered.skipped++
      else gathered.tests.push(toTest(test, { className, directory, file: await fileOf(className, directory) }))
    }
  }
  return { ...gathered, broken: [] }
}

const has = ({ children }: XmlElement, name: string) => children.some((child) => child.name === name)

/** Old versions of Surefire put a test whose name is in two lines where its class belongs, with the class in parentheses. */
const classNameOf = ({ attributes }: XmlElement) => /\(([^()]+)\)$/s.exec(attributes.classname ?? '')?.[1] ?? attributes.classname ?? ''

function toTest(
  { attributes, children }: XmlElement,
  { className, directory, file }: { className: string; directory: string; file: string | null },
): GatheredTest {
  const failures = children.filter(({ name }) => name === 'failure' || name === 'error')
  const { name = '', time } = attributes
  const seconds = time === undefined ? Number.NaN : Number(time.replaceAll(',', ''))
  return {
    scope: file ?? directory,
    file,
    // What fails before or after all tests of a class is told as the class itself.
    name: name === '' || name === className ? className : `${className}#${name}`,
    status: failures.length === 0 ? 'passed' : 'failed',
    durationMs: Number.isFinite(seconds) ? seconds * 1000 : null,
    failure: failures.length === 0 ? '' : failureText(failures.map(textOf).join('\n\n')) || 'It failed without a message.',
  }
}

const textOf = ({ text, attributes }: XmlElement) => (text === '' ? (attributes.message ?? attributes.type ?? '') : text)

/** Takes the reports apart that the script has printed, each behind a line with the folder of the run and its own path from where it started. */
export function splitReports(printed: string, folder: string, directory: string): FoundReport[] {
  const [, ...parts] = `\n${printed}`.split(`\n${folder} `)
  return parts.map((part) => {
    const lineEnd = part.indexOf('\n')
    const path = posix.join(directory, part.slice(0, lineEnd))
    return { directory: moduleWith(path), path, text: part.slice(lineEnd + 1) }
  })
}

/** Builds keep what they make in one folder of the module, whose usual name differs. */
function moduleWith(report: string): string {
  const usual = /^(?:(.*)\/)?(?:target|build)\//.exec(report)
  return (usual ? usual[1] : /^(?:(.*)\/)?[^/]+\/(?:surefire-reports|test-results|site|reports)\//.exec(report)?.[1]) ?? '.'
}
