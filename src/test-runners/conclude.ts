import { stripVTControlCharacters } from 'node:util'
import type { Coverage } from './coverage/coverage.ts'
import type { BrokenTests, ExecutedTest, TestOutcome } from './test-runner.ts'

const maxFailureLength = 4_000
const maxLastPart = 1_500

/** A test as the report tells it, without identity. */
export interface GatheredTest extends Omit<ExecutedTest, 'id'> {
  /** Within which the name is unique, where that is not the file: a package, a target. */
  scope?: string
}

/** What a runner's report says, before it is held against how the runner ended. */
export interface Gathered {
  tests: readonly GatheredTest[]
  skipped: number
  broken: readonly BrokenTests[]
}

interface Ending {
  runner: string
  code: number
  output: string
  /** The runner itself says that there was nothing to execute; some then exit with an error. */
  foundNone: boolean
  /** Only what concerns these files is told; empty is everything. */
  files: readonly string[]
  /** Only the test of this name is told, for a runner that cannot select it exactly. */
  onlyName?: string
  /** Only where it was asked for. */
  coverage?: Coverage | null
}

/**
 * An exit status of 0 is no proof that a test was executed, and a report in which all is well is no proof that the runner agrees: both are
 * asked, and where they contradict each other the run has failed.
 */
export function conclude(
  { tests, skipped, broken }: Gathered,
  { runner, code, output, foundNone, files, onlyName, coverage }: Ending,
): TestOutcome {
  const isFine = broken.length === 0 && tests.every(({ status }) => status === 'passed')
  if (code !== 0 && isFine && !(foundNone && tests.length === 0)) {
    const what = tests.length === 0 ? 'no test was executed' : 'no test failed'
    return { status: 'failed', reason: `${runner} ended with ${code}, although ${what}: ${lastPart(output)}` }
  }
  const concerns = (file: string | null) => files.length === 0 || file === null || files.includes(file)
  const [asked, brokenAsked] = [
    tests.filter(({ file, name }) => concerns(file) && (onlyName ?? name) === name),
    broken.filter(({ file }) => concerns(file)),
  ]
  if (asked.length > 0)
    return { status: 'ran', tests: withIdentity(runner, asked), skipped, broken: brokenAsked, ...(coverage !== undefined && { coverage }) }
  if (brokenAsked.length > 0) {
    return { status: 'failed', reason: brokenAsked.map(({ scope, reason }) => `${scope}: ${reason}`).join('\n') }
  }
  return { status: 'not-run', reason: noneExecuted(runner, skipped) }
}

function noneExecuted(runner: string, skipped: number): string {
  if (skipped === 0) return `${runner} found no test to execute.`
  return `${runner} executed no test: ${skipped} ${skipped === 1 ? 'was' : 'were'} skipped, or did not match.`
}

function withIdentity(runner: string, tests: Gathered['tests']): ExecutedTest[] {
  const seen = new Map<string, number>()
  return tests.map(({ scope, ...test }) => {
    const key = `${scope ?? test.file ?? runner} > ${test.name}`
    const count = (seen.get(key) ?? 0) + 1
    seen.set(key, count)
    return { id: count === 1 ? key : `${key} (${count})`, ...test }
  })
}

/** A failure as it may be shown: no colours, and the beginning, where the runners put the message. */
export function failureText(text: string): string {
  const plain = stripVTControlCharacters(text).trim()
  return plain.length <= maxFailureLength
    ? plain
    : `${plain.slice(0, maxFailureLength)}\n… (${plain.length - maxFailureLength} more characters)`
}

/** The end of a program's output, where it says why it ended. */
export function lastPart(output: string): string {
  const plain = stripVTControlCharacters(output).trim()
  if (plain === '') return '(it printed nothing)'
  return plain.length <= maxLastPart ? plain : `… ${plain.slice(-maxLastPart)}`
}
