import { posix } from 'node:path'
import { conclude } from './conclude.ts'
import { readIstanbul } from './coverage/istanbul.ts'
import { javaScriptUses } from './javascript-packages.ts'
import { readJestReport } from './jest-report.ts'
import { literally } from './name-pattern.ts'
import { type ReportedRun, type ReportPlace, runWithReport } from './run-with-report.ts'
import type { TestRequest, TestRunner, TestRunnerUse } from './test-runner.ts'
import { withoutMeasuring } from './without-measuring.ts'
import { withoutReport } from './without-report.ts'

const isTestFile = (path: string) => /\.(test|spec)\.[cm]?[jt]sx?$/.test(path)

export const vitest: TestRunner = {
  name: 'vitest',
  isTestFile,
  mayHoldTests: (path) => /\.[cm]?[jt]sx?$/.test(path),
  detect: async (project) => (await javaScriptUses(project, 'vitest', isTestFile)).map(({ use }) => use),

  async test(use, request) {
    const { files, measures = false } = request
    const result = await runVitest(use, request)
    if (typeof result === 'string') return { status: 'failed', reason: result }
    const gathered = result.report === null ? null : readJestReport(result.report, result.pathOf)
    if (measures && !gathered && /MISSING DEPENDENCY[^\n]*@vitest\/coverage-/.test(result.output))
      return await withoutMeasuring(vitest, use, request)
    const foundNone = /No test files found/i.test(result.output)
    if (!gathered) return withoutReport(use, result, foundNone)
    return conclude(gathered, {
      ...result,
      runner: use.runner,
      foundNone,
      files,
      ...(measures && { coverage: result.measured === null ? null : readIstanbul(result.measured, result.pathOf) }),
    })
  },
}

/**
 * Vitest 5 keeps what it has transformed among the packages, and where those cannot be written it gives up when it has to clear that.
 * Older versions do not know the option that leaves it out, so it is only given after such an end.
 */
async function runVitest(use: TestRunnerUse, request: TestRequest): Promise<ReportedRun | string> {
  const first = await runWithReport(use, request, { args: argumentsFor(use, request) })
  if (typeof first === 'string' || !isCacheTrouble(`${first.output}\n${first.report ?? ''}`)) return first
  const args = argumentsFor(use, request)
  const second = await runWithReport(use, request, { args: (place) => [...args(place), '--fsModuleCache=false'] })
  return typeof second === 'string' || second.report === null ? first : second
}

const isCacheTrouble = (text: string) => /\b(?:EROFS|EACCES|EPERM)\b[^\n]{0,300}[/\\]\.vitest-cache\b/.test(text)

const argumentsFor =
  (use: TestRunnerUse, { files, name, measures = false, shuffle }: TestRequest) =>
  ({ report, coverage }: ReportPlace) => [
    'run',
    '--reporter=json',
    `--outputFile=${report}`,
    ...(measures ? measured(coverage) : ['--coverage.enabled=false']),
    ...(shuffle === undefined ? [] : ['--sequence.shuffle', `--sequence.seed=${shuffle}`]),
    ...(name === undefined ? [] : [`--testNamePattern=^${anySeparator(literally(name))}$`]),
    // These are parts of paths to Vitest, so more may run than was asked for; `conclude` keeps what was.
    ...files.map((file) => posix.relative(use.directory, file)),
  ]

/** A threshold for the whole suite says nothing about a part of it. */
const measured = (folder: string) => [
  '--coverage.enabled=true',
  '--coverage.reporter=json',
  `--coverage.reportsDirectory=${folder}`,
  '--coverage.reportOnFailure=true',
  ...['lines', 'functions', 'branches', 'statements'].map((what) => `--coverage.thresholds.${what}=0`),
]

/** Vitest 5 joins titles by ` > ` where it matches names; all before it, and its report, by one space. */
const anySeparator = (pattern: string) => pattern.replaceAll(' ', '(?: > | )')
