import { chmodSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { executedTests, runTests } from '../../src/test-runners/run-tests.ts'
import type { Project } from '../../src/workspace/project.ts'
import { openSandbox, type SandboxView } from '../../src/workspace/sandbox.ts'
import { tryBwrap } from '../../src/workspace/sandbox/bwrap-sandbox.ts'
import { projectOf } from '../helpers/linter-runner.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

const surroundings = { environment: { PATH: process.env.PATH ?? '' }, signal: new AbortController().signal }
const options = { use: 'bwrap', image: null, memory: 2 ** 30, cpus: 2, timeout: 120_000 } as const
const reason = await tryBwrap(surroundings).then(
  () => null,
  (error: Error) => error.message,
)

const cases = {
  vitest: { script: 'vitest run', text: "import { it } from 'vitest'\nit('works', () => {})\n" },
  jest: { script: 'jest', text: "it('works', () => {})\n" },
  mocha: { script: 'mocha *.test.js', text: "it('works', () => {})\n" },
  'node-test': { script: 'node --test', text: "require('node:test').it('works', () => {})\n" },
}

// Only the tree and a temporary folder can be written there, and the report has to come out of it.
/** Runs the tests of a small project in a sandbox that shows these folders. */
async function runInSandbox(files: Record<string, string>, more: SandboxView['readOnly'] = []) {
  using folder = temporaryFolder(files)
  const readOnly = [{ source: resolve('node_modules'), target: 'node_modules' }, ...more]
  const sandbox = await openSandbox(options, { root: folder.path, readOnly }, surroundings)
  const { exists, ...onDisk } = projectOf(folder.path)
  const isInstalled = (path: string) => path.startsWith('node_modules/')
  const project: Project = { ...onDisk, exists: async (path) => isInstalled(path) || exists(path) }
  try {
    return await runTests(project, ['a.test.js'], { run: sandbox.run, timeout: 100_000, signal: surroundings.signal })
  } finally {
    await sandbox.close()
  }
}

describe.skipIf(reason !== null && process.env.CI !== 'true')(`test runners in a sandbox ${reason ?? ''}`, { timeout: 120_000 }, () => {
  it.each(Object.entries(cases))('tell what %s has executed, with the packages of the project read-only', async (_, { script, text }) => {
    const report = await runInSandbox({ 'package.json': JSON.stringify({ scripts: { test: script } }), 'a.test.js': text })
    expect(report.runs.map(({ outcome }) => (outcome.status === 'ran' ? 'ran' : outcome.reason))).toEqual(['ran'])
    expect(executedTests(report)).toMatchObject([{ id: 'a.test.js > works', status: 'passed' }])
  })

  it('do without a cache that Vitest wants to clear and may not', async () => {
    using cache = temporaryFolder({ '_metadata.json': JSON.stringify({ lockfileHash: 'of before' }) })
    chmodSync(cache.path, 0o755)
    const { script, text } = cases.vitest
    const files = { 'package.json': JSON.stringify({ scripts: { test: script } }), 'a.test.js': text, 'package-lock.json': '{}' }
    const report = await runInSandbox(files, [{ source: cache.path, target: 'node_modules/.vitest-cache' }])
    expect(report.runs.map(({ outcome }) => (outcome.status === 'ran' ? 'ran' : outcome.reason))).toEqual(['ran'])
  })
})
