import { randomUUID } from 'node:crypto'
import { posix } from 'node:path'
import { measuringCargo, readMeasured } from './cargo-coverage.ts'
import { conclude } from './conclude.ts'
import { readCargoOutput } from './cargo-output.ts'
import { endingProblem, maxOutput, testEnvironment } from './run-with-report.ts'
import type { TestRunner } from './test-runner.ts'

/** The name of an integration test's target. */
const target = /(?:^|\/)tests\/([^/]+?)(?:\/main)?\.rs$/

export const cargoTest: TestRunner = {
  name: 'cargo-test',
  isTestFile: (path) => target.test(path),
  // Unit tests stand in the modules that they test.
  mayHoldTests: (path) => path.endsWith('.rs'),

  async detect(project) {
    const manifests = project.files.filter((path) => posix.basename(path) === 'Cargo.toml')
    const isPackage = await Promise.all(manifests.map(async (path) => /^\s*\[package\]/m.test((await project.read(path)) ?? '')))
    return manifests
      .filter((_, index) => isPackage[index])
      .map((path) => ({ runner: 'cargo-test', directory: posix.dirname(path), program: ['cargo'] }))
  },

  async test(use, request) {
    const { run, timeout, signal, files, name, measures = false, shuffle } = request
    const targets = files.map((file) => target.exec(posix.relative(use.directory, file))?.[1])
    // A module's tests cannot be told apart from those of the rest of its crate.
    const isWhole = targets.includes(undefined)
    const chosen = isWhole ? [] : targets.map((stem) => `--test=${stem}`)
    const folder = `/tmp/agent-tests-${randomUUID()}`
    const commandLine = [
      ...use.program,
      'test',
      '--no-fail-fast',
      ...chosen,
      '--',
      // Stable Rust cannot change their order, but side by side or one after the other is a change too.
      ...(shuffle === undefined ? [] : ['--test-threads=1']),
      ...(name === undefined ? [] : ['--exact', name]),
    ]
    const measuring = measures ? measuringCargo(folder, commandLine) : null
    const { ending, stdout, stderr } = await run({
      // Which target speaks stands on standard error, the tests on standard output: only together they have an order.
      argv: measuring?.argv ?? ['sh', '-c', 'exec "$@" 2>&1', 'sh', ...commandLine],
      directory: use.directory,
      environment: {
        ...testEnvironment,
        ...request.environment,
        CARGO_TERM_COLOR: 'never',
        CARGO_TERM_QUIET: 'false',
        CARGO_TERM_VERBOSE: 'false',
        CARGO_TERM_PROGRESS_WHEN: 'never',
        RUST_BACKTRACE: '0',
        ...measuring?.environment,
      },
      timeout,
      maxOutput,
      signal,
    })
    if (measures && ending.kind !== 'exited')
      await run({ argv: ['rm', '-rf', '--', folder], directory: use.directory, timeout, maxOutput, signal })
    const problem = endingProblem(use, ending, { timeout, output: stdout + stderr })
    if (problem !== null || ending.kind !== 'exited') return { status: 'failed', reason: problem ?? '' }
    const { text, coverage } = readMeasured(stdout, folder, use.directory)
    return conclude(readCargoOutput(text, use.directory), {
      runner: use.runner,
      code: ending.code,
      output: text,
      foundNone: false,
      files: isWhole ? [] : files,
      ...(measures && { coverage }),
    })
  },
}
