import { posix } from 'node:path'
import { conclude } from './conclude.ts'
import { readIstanbul } from './coverage/istanbul.ts'
import { javaScriptUses } from './javascript-packages.ts'
import { readJestReport } from './jest-report.ts'
import { literally } from './name-pattern.ts'
import { runWithReport } from './run-with-report.ts'
import type { TestRunner } from './test-runner.ts'
import { withoutReport } from './without-report.ts'

const isTestFile = (path: string) => /\.(test|spec)\.[cm]?[jt]sx?$/.test(path)

export const vitest: TestRunner = {
  name: 'vitest',
  isTestFile,
  mayHoldTests: (path) => /\.[cm]?[jt]sx?$/.test(path),
  detect: async (project) => (await javaScriptUses(project, 'vitest', isTestFile)).map(({ use }) => use),

  async test(use, request) {
    const { files, name, measures = false } = request
    const result = await runWithReport(use, request, {
      args: ({ report, coverage }) => [
        'run',
        '--reporter=json',
        `--outputFile=${report}`,
        ...(measures ? measured(coverage) : ['--coverage.enabled=false']),
        ...(name === undefined ? [] : [`--testNamePattern=^${anySeparator(literally(name))}$`]),
        // These are parts of paths to Vitest, so more may run than was asked for; `conclude` keeps what was.
        ...files.map((file) => posix.relative(use.directory, file)),
      ],
    })
    if (typeof result === 'string') return { status: 'failed', reason: result }
    const gathered = result.report === null ? null : readJestReport(result.report, result.pathOf)
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
