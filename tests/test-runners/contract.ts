import { symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { TestOutcome, TestRequest, TestRunner, TestRunnerUse } from '../../src/test-runners/test-runner.ts'
import { projectOf, runOnHost } from '../helpers/linter-runner.ts'
import { type TemporaryFolder, temporaryFolder } from '../helpers/temporary-folder.ts'

type Files = Readonly<Record<string, string>>

export interface RunnerCase {
  runner: TestRunner
  /** What makes a folder a project of this runner. */
  project: Files
  /** Names are paths below the project. */
  files: {
    /** Two tests that pass, one that fails with `expected failure`, one that is skipped; one that passes prints a fake report. */
    mixed: { path: string; text: string }
    /** One test that passes, with the same name as one of the mixed file where the language allows it. */
    other: { path: string; text: string }
    skippedOnly: { path: string; text: string }
    broken: { path: string; text: string }
    endless: { path: string; text: string }
  }
  /** Full names of the tests in the mixed file that pass, the one that fails, and the one in the other file. */
  passing: readonly string[]
  failing: string
  other: string
  /** A name that no test has. */
  unknown: string
  environment?: Files
  /** False where one file that does not build keeps all others of its package from running. */
  survivesBrokenFile?: boolean
  /** How long the endless test may take before it is stopped: longer than it takes to build it. */
  timeout?: number
  isMissing?: boolean
}

const byName = (a: readonly string[], b: readonly string[]) => (a.join() < b.join() ? -1 : 1)

const nodeModules = resolve('node_modules')

/** A project whose packages are ours. */
export function projectWith(files: Files): TemporaryFolder {
  const folder = temporaryFolder(files)
  symlinkSync(nodeModules, join(folder.path, 'node_modules'))
  return folder
}

/** What every adapter has to get right, with the real runner in a real project. */
export function describeRunner(name: string, { runner, project, files, passing, failing, other, unknown, ...rest }: RunnerCase): void {
  const { environment = {}, survivesBrokenFile = true, timeout = 4_000, isMissing = false } = rest
  // On a user's machine a runner may be missing; in CI, that is a mistake of the setup.
  describe.skipIf(isMissing && process.env.CI !== 'true')(`${name}: the contract`, { timeout: 120_000 }, () => {
    async function open(chosen: readonly (keyof RunnerCase['files'])[]) {
      const entries = chosen.map((key) => [files[key].path, files[key].text])
      const folder = projectWith({ ...project, ...Object.fromEntries(entries) })
      onTestFinished(() => folder[Symbol.dispose]())
      return { folder, ...(await openUse(folder, onTestFinished)) }
    }

    async function openUse(folder: TemporaryFolder, onCleanUp: (clean: () => void) => void) {
      const known = projectOf(folder.path)
      const home = temporaryFolder()
      onCleanUp(() => home[Symbol.dispose]())
      const [use] = await runner.detect(known)
      if (!use) throw new Error(`${name} was not detected.`)
      const request: TestRequest = {
        files: [],
        readText: (path) => known.read(path),
        run: runOnHost(folder.path, { HOME: home.path, ...environment }),
        timeout: 60_000,
        signal: new AbortController().signal,
      }
      const test = (more: Partial<TestRequest> = {}, own: TestRunnerUse = use) => runner.test(own, { ...request, ...more })
      return { use, test }
    }

    describe('a project with tests that pass, fail and are skipped', () => {
      let all: TestOutcome
      let one: TestOutcome
      let mixed: TestOutcome
      let none: TestOutcome
      beforeAll(async () => {
        const cleaning: (() => void)[] = []
        const folder = projectWith({ ...project, [files.mixed.path]: files.mixed.text, [files.other.path]: files.other.text })
        const { test } = await openUse(folder, (clean) => cleaning.push(clean))
        all = await test()
        mixed = await test({ files: [files.mixed.path] })
        one = await test({ files: [files.mixed.path], name: passing[0]! })
        none = await test({ files: [files.mixed.path], name: unknown })
        for (const clean of [...cleaning, () => folder[Symbol.dispose]()]) clean()
      }, 240_000)

      const summary = (outcome: TestOutcome) =>
        outcome.status === 'ran'
          ? {
              skipped: outcome.skipped,
              tests: outcome.tests.map((test) => [test.name, test.status] as const).toSorted(byName),
              broken: outcome.broken,
            }
          : outcome
      const inMixed = [...passing.map((test) => [test, 'passed'] as const), [failing, 'failed'] as const]

      it('tells every test that was executed, with its result, and counts the skipped', () => {
        const tests = [...inMixed, [other, 'passed'] as const].toSorted(byName)
        expect(summary(all)).toEqual({ skipped: 1, tests, broken: [] })
      })

      it('runs only the files asked for', () => {
        expect(summary(mixed)).toMatchObject({ tests: inMixed.toSorted(byName) })
      })

      it('runs one test by its full name', () => {
        expect(summary(one)).toMatchObject({ tests: [[passing[0], 'passed']] })
      })

      it('calls it not run when no test has the name, although the runner may end with 0', () => {
        expect(none.status).toBe('not-run')
      })

      it('gives a test the same identity whether everything runs or only itself', () => {
        const ids = (outcome: TestOutcome) => (outcome.status === 'ran' ? outcome.tests.map(({ id }) => id) : [])
        expect(ids(all)).toEqual(expect.arrayContaining([...ids(one), ...ids(mixed)]))
        expect(new Set(ids(all)).size).toBe(passing.length + 2)
      })

      it('passes on what the runner says about a failure, and nothing for a pass', () => {
        const tests = all.status === 'ran' ? all.tests : []
        expect(tests.find((test) => test.name === failing)?.failure).toContain('expected failure')
        expect(tests.filter(({ status, failure }) => status === 'passed' && failure !== '')).toEqual([])
      })
    })

    it('calls it not run when all tests are skipped', async () => {
      const { test } = await open(['skippedOnly'])
      expect(await test()).toMatchObject({ status: 'not-run', reason: expect.stringContaining('1') })
    })

    it('fails when the only file does not parse', async () => {
      const { test } = await open(['broken'])
      expect((await test({ files: [files.broken.path] })).status).toBe('failed')
    })

    it('does not hide a file that does not parse behind others that pass', async () => {
      const { test } = await open(['other', 'broken'])
      const outcome = await test()
      if (!survivesBrokenFile) expect(outcome.status).toBe('failed')
      else {
        expect(outcome).toMatchObject({
          status: 'ran',
          tests: [{ name: other, status: 'passed' }],
          broken: [{ reason: expect.any(String) }],
        })
      }
    })

    it('tells a timeout apart', async () => {
      const { test } = await open(['endless'])
      expect(await test({ timeout })).toMatchObject({ status: 'failed', reason: expect.stringContaining('timeout') })
    })

    it('says that the program is missing', async () => {
      const { use, test } = await open(['other'])
      const outcome = await test({}, { ...use, program: ['./no-such-program'] })
      expect(outcome).toMatchObject({ status: 'failed', reason: expect.stringContaining('no-such-program') })
    })

    it('leaves nothing in the tree but what the runner itself builds', async () => {
      const { folder, test } = await open(['other'])
      const before = projectOf(folder.path).files
      await test()
      expect(projectOf(folder.path).files.filter((path) => !path.endsWith('Cargo.lock'))).toEqual(before)
    })
  })
}
