// Usage: node scripts/tally.ts tests     prints "<passed> <failed>" of the last run of scripts/test.ts
//        node scripts/tally.ts coverage  exits 1 unless 90 % of the lines and of the branches of `src` were run
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const least = 90

interface TestResults {
  numPassedTests: number
  numFailedTests: number
  testResults: { status: string; assertionResults: unknown[] }[]
}

type CoverageSummary = Record<'total', Record<'lines' | 'branches', { covered: number; total: number; pct: number }>>

if (process.argv[2] === 'coverage') coverage()
else tests()

function tests() {
  const { numPassedTests, numFailedTests, testResults } = readJson('.cache/tests.json') as TestResults
  // A file that cannot be loaded fails without a single test.
  const broken = testResults.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0)
  console.log(numPassedTests, numFailedTests + broken.length)
}

function coverage() {
  if (!existsSync(join(root, 'coverage/coverage-summary.json'))) {
    console.log('Nothing was measured: the suite did not run to its end.')
    process.exitCode = 1
    return
  }
  const { total } = readJson('coverage/coverage-summary.json') as CoverageSummary
  for (const kind of ['lines', 'branches'] as const) {
    const { covered, total: all, pct } = total[kind]
    console.log(`${kind}: ${covered} of ${all}, ${pct} % (at least ${least} %)`)
    if (!(pct >= least)) process.exitCode = 1
  }
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), 'utf8'))
}
