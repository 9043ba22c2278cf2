import { posix } from 'node:path'
import { conclude } from './conclude.ts'
import { readIstanbul } from './coverage/istanbul.ts'
import { javaScriptUses } from './javascript-packages.ts'
import { readJestReport } from './jest-report.ts'
import { literally } from './name-pattern.ts'
import { type ReportedRun, runWithReport } from './run-with-report.ts'
import { inOrder, type TestRunner } from './test-runner.ts'
import { withoutReport } from './without-report.ts'

const isTestFile = (path: string) => /(^|\/)__tests__\/.*\.[cm]?[jt]sx?$|(^|[./])(test|spec)\.[cm]?[jt]sx?$/.test(path)

export const jest: TestRunner = {
  name: 'jest',
  isTestFile,
  mayHoldTests: (path) => /\.[cm]?[jt]sx?$/.test(path),

  async detect(project) {
    const uses = await javaScriptUses(project, 'jest', isTestFile)
    return uses.map(({ use, scripts }) => ({ ...use, program: [...moduleSupport(scripts), ...use.program] }))
  },

  async test(use, request) {
    const { files, name, measures = false, shuffle } = request
    const result = await runWithReport(use, request, {
      args: ({ report, coverage }) => [
        '--ci',
        '--json',
        `--outputFile=${report}`,
        // A threshold for the whole suite says nothing about a part of it.
        ...(measures
          ? ['--coverage', '--coverageReporters=json', `--coverageDirectory=${coverage}`, '--coverageThreshold={}']
          : ['--coverage=false']),
        ...(shuffle === undefined ? [] : ['--randomize', `--seed=${shuffle | 0}`]),
        ...(name === undefined ? [] : [`--testNamePattern=^${literally(name)}$`]),
        ...(files.length === 0 ? [] : ['--runTestsByPath', '--', ...files.map((file) => posix.relative(use.directory, file))]),
      ],
    })
    if (typeof result === 'string') return { status: 'failed', reason: result }
    if (shuffle !== undefined && cannotShuffle(result)) return await jest.test(use, inOrder(request))
    const gathered = result.report === null ? null : readJestReport(result.report, result.pathOf)
    const foundNone = /No tests found/i.test(result.output)
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

/** An older Jest takes the options for mistakes. */
function cannotShuffle({ report, output }: ReportedRun): boolean {
  return report === null && /Unrecognized CLI Parameters?[\s\S]*"?(?:randomize|seed)/.test(output)
}

/** Jest loads ES modules only when Node was started with this; projects that need it say so in their test script. */
function moduleSupport(scripts: string): string[] {
  return scripts.includes('--experimental-vm-modules') ? ['env', 'NODE_OPTIONS=--experimental-vm-modules'] : []
}
