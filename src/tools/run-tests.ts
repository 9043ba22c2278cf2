import { z } from 'zod'
import { showHidden } from '../domain/trust.ts'
import { runTests as runProjectTests, type TestReport, type TestRun } from '../test-runners/run-tests.ts'
import type { ExecutedTest } from '../test-runners/test-runner.ts'
import type { Checkout } from '../workspace/checkout.ts'
import { openProject } from '../workspace/open-project.ts'
import { defineTool } from './tool.ts'

const maxFiles = 50
const maxListed = 100

export const runTests = defineTool({
  name: 'run_tests',
  description:
    'Run the tests of the project, of some files, or one test. Tells which were executed and why any failed. It is no pass when none was executed.',
  effect: 'execute',
  input: z.strictObject({
    files: z.array(z.string()).max(maxFiles).default([]).describe('Test files, relative to the repository root; none runs all tests'),
    name: z.string().default('').describe('Full name of one test, as this tool prints it; needs exactly one file'),
  }),

  async run({ files, name }, { checkout, project, run, commandTimeout, testCommand, signal }) {
    signal.throwIfAborted()
    if (name !== '' && files.length !== 1)
      throw new Error('A test can only be chosen by name in exactly one file: give that file in "files".')
    for (const file of files) await assertFile(checkout, file)
    const options = { run, timeout: commandTimeout, signal, ...(name === '' ? {} : { name }), ...(testCommand ? { testCommand } : {}) }
    const report = await runProjectTests(await (project?.() ?? openProject(checkout, [])), files, options)
    return { text: showHidden(describeReport(report)), data: summaryOf(report) }
  },
})

async function assertFile(checkout: Checkout, path: string): Promise<void> {
  // Reading refuses what may not be seen, with the reason.
  await checkout.read(path)
}

/** Counts for events and reports. */
function summaryOf({ runs, command }: TestReport) {
  const tests = runs.flatMap(({ outcome }) => (outcome.status === 'ran' ? outcome.tests : []))
  const failed = tests.filter(({ status }) => status === 'failed').length
  return {
    executed: tests.length,
    failed,
    runners: runs.map(({ use, outcome }) => ({ runner: use.runner, status: outcome.status })),
    command,
  }
}

function describeReport({ runs, command, unclaimed }: TestReport): string {
  const parts = [
    ...runs.map(describeRun),
    ...unclaimed.map((file) => `${file}: no test runner of this project takes this file for a test.`),
  ]
  if (command) {
    const verdict = command.status === 'passed' ? 'ended with 0' : 'failed'
    parts.push(
      `The project's own test command (${command.argv.join(' ')}) ${verdict}. Which tests it executed is not known. Its output ends with:\n${command.reason}`,
    )
  }
  if (parts.length === 0) return 'No test was executed: this project has no test runner that is known, and no test command.'
  return parts.join('\n\n')
}

function describeRun({ use, outcome }: TestRun): string {
  const where = use.directory === '.' ? use.runner : `${use.runner} in ${use.directory}`
  if (outcome.status === 'not-run') return `${where}: no test was executed. ${outcome.reason}`
  if (outcome.status === 'failed') return `${where}: the tests could not be run. ${outcome.reason}`
  const { tests, skipped, broken } = outcome
  const failed = tests.filter(({ status }) => status === 'failed')
  const passed = tests.filter(({ status }) => status === 'passed')
  return [
    `${where}: ${tests.length} executed, ${passed.length} passed, ${failed.length} failed, ${skipped} skipped.`,
    ...broken.map(({ scope, reason }) => `NOT RUN ${scope}: ${reason}`),
    ...failed.map((test) => `FAILED ${titleOf(test)}\n${test.failure}`),
    ...listed(passed),
  ].join('\n')
}

function listed(passed: readonly ExecutedTest[]): string[] {
  const lines = passed.slice(0, maxListed).map((test) => `passed ${titleOf(test)}`)
  return passed.length <= maxListed ? lines : [...lines, `… and ${passed.length - maxListed} more that passed.`]
}

/** On one line, whatever the project calls its tests. */
const titleOf = ({ file, name }: ExecutedTest) => (file === null ? name : `${file} > ${name}`).replaceAll(/[\r\n]+/g, ' ')
