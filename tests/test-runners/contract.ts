import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { TestOutcome, TestRequest, TestRunner, TestRunnerUse } from '../../src/test-runners/test-runner.ts'
import { projectOf, runOnHost } from '../helpers/linter-runner.ts'
import { type TemporaryFolder, temporaryFolder } from '../helpers/temporary-folder.ts'

type Files = Readonly<Record<string, string>>

/** What a test executes of a source, counted by hand. */
export interface Measured {
  files: Files
  test: string
  source: string
  /** By line: executed or not. */
  lines: Readonly<Record<number, boolean>>
  /** How many ways there are, and how many of them are taken; null where the tool tells none. */
  ways: { total: number; taken: number } | null
  /** Nothing measures where it is not installed, and it need not be. */
  isMissing?: boolean
}

export interface RunnerCase {
  runner: TestRunner
  /** What has to be there before anything runs. */
  prepare?: () => void
  /** What makes a folder a project of this runner. */
  project: Files
  /** Names are paths below the project. */
  files: {
    /** Two tests that pass, one that fails with `expected failure`, one that is skipped; one that passes prints a fake report. */
    mixed: { path: string; text: string }
    /** One test that passes, with the same name as one of the mixed file where the language allows it. */
    other: { path: string; text: string }
    /** One test, which is skipped. */
    skippedOnly: { path: string; text: string }
    broken: { path: string; text: string }
    endless: { path: string; text: string }
    /** Six tests, each of which adds its letter to the file that `ORDER` names. */
    order: { path: string; text: string }
  }
  /** A source with a decision, a loop and a way out of it early, and a test that does not go all ways; both are new to the project. */
  measured: Measured | null
  /** Full names of the tests in the mixed file that pass, the one that fails, and the one in the other file. */
  passing: readonly string[]
  failing: string
  other: string
  /** A name that no test has. */
  unknown: string
  environment?: Files
  /** False where one file that does not build keeps all others of its package from running. */
  survivesBrokenFile?: boolean
  /** Whether it tells how long a test took. */
  hasDurations?: boolean
  /** Whether a seed changes the order of the tests in a file. */
  shuffles?: boolean
  /** Each run takes seconds: what another case shows as well is left to `SOAK=1`. */
  isSlow?: boolean
  /** How long the endless test may take before it is stopped: longer than it takes to build it. */
  timeout?: number
  isMissing?: boolean
  /** It may be missing in CI, too. */
  isOptional?: boolean
}

/** What the tests of a file about order write, one each. */
export const orderLetters = ['a', 'b', 'c', 'd', 'e', 'f'] as const

/** The same source for all runners of JavaScript: two decisions, a loop and a way out early. */
export const priceSource = `export function price(items, isMember) {
  if (items.length === 0) {
    return 0
  }
  let sum = 0
  for (const item of items) {
    if (item > 100) {
      sum += item / 2
    } else {
      sum += item
    }
  }
  return isMember ? sum - 5 : sum
}
`

const byName = (a: readonly string[], b: readonly string[]) => (a.join() < b.join() ? -1 : 1)

const nodeModules = resolve('node_modules')

/** A project whose packages are ours. */
export function projectWith(files: Files): TemporaryFolder {
  const folder = temporaryFolder(files)
  symlinkSync(nodeModules, join(folder.path, 'node_modules'))
  return folder
}

/** What every adapter has to get right, with the real runner in a real project. */
export function describeRunner(name: string, { runner, project, files, measured, ...rest }: RunnerCase): void {
  const { prepare = () => {}, passing, failing, other, unknown, environment = {}, timeout = 2_500 } = rest
  const { survivesBrokenFile = true, hasDurations = true, shuffles = true, isMissing = false, isOptional = false } = rest
  const isQuick = rest.isSlow === true && process.env.SOAK !== '1'
  // On a user's machine a runner may be missing; in CI, that is a mistake of the setup.
  describe.skipIf(isMissing && (isOptional || process.env.CI !== 'true'))(`${name}: the contract`, { timeout: 180_000 }, () => {
    beforeAll(prepare, 240_000)

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
        timeout: 120_000,
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
      let skipped: TestOutcome
      let left: readonly string[]
      beforeAll(async () => {
        const cleaning: (() => void)[] = []
        const chosen = [files.mixed, files.other, files.skippedOnly].map(({ path, text }) => [path, text])
        const folder = projectWith({ ...project, ...Object.fromEntries(chosen) })
        const before = projectOf(folder.path).files
        const { test } = await openUse(folder, (clean) => cleaning.push(clean))
        all = await test()
        left = projectOf(folder.path).files.filter((path) => !before.includes(path))
        skipped = await test({ files: [files.skippedOnly.path] })
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
        expect(summary(all)).toEqual({ skipped: 2, tests, broken: [] })
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

      it('calls it not run when all tests are skipped', () => {
        expect(skipped).toMatchObject({ status: 'not-run', reason: expect.stringContaining('1') })
      })

      it('leaves nothing in the tree but what the runner itself builds', () => {
        expect(left.filter((path) => !/(^|\/)Cargo\.lock$|^(build|\.gradle)\//.test(path))).toEqual([])
      })

      it('tells how long tests took, if it knows', () => {
        const known = all.status === 'ran' ? all.tests.map(({ durationMs }) => durationMs !== null && durationMs >= 0) : []
        expect(new Set(known)).toEqual(new Set([hasDurations]))
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

    it.skipIf(isQuick)('fails when the only file does not parse', async () => {
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

    it('hands variables to the tests, and changes their order by a seed', async () => {
      const { folder, test } = await open(['order'])
      const written = join(folder.path, 'order.txt')
      async function orderWith(shuffle?: number) {
        writeFileSync(written, '')
        await test({ files: [files.order.path], environment: { ORDER: written }, ...(shuffle === undefined ? {} : { shuffle }) })
        return readFileSync(written, 'utf8')
      }
      const once = await orderWith(3)
      const orders = [await orderWith(), once, isQuick ? once : await orderWith(3)] as const
      expect(orders.map((order) => order.split('').toSorted().join(''))).toEqual(orders.map(() => orderLetters.join('')))
      expect(orders[1]).toBe(orders[2])
      // Where the seed does not count, tests that run side by side may change it all the same.
      if (shuffles) expect(orders[0]).not.toBe(orders[1])
    })

    it.skipIf(measured === null || measured.isMissing)('tells what was counted by hand', async () => {
      const { files: own, test: path, source, lines, ways } = measured!
      const folder = projectWith({ ...project, ...own })
      onTestFinished(() => folder[Symbol.dispose]())
      const { test } = await openUse(folder, onTestFinished)
      const outcome = await test({ files: [path], measures: true })
      if (outcome.status !== 'ran') throw new Error(JSON.stringify(outcome))
      const coverage = outcome.coverage?.get(source)
      const taken = [...coverage!.branches.values()].filter((hits) => hits > 0).length
      const told = {
        lines: Object.fromEntries([...coverage!.lines].map(([line, hits]) => [line, hits > 0])),
        total: coverage!.branches.size,
      }
      expect({ ...told, taken }).toEqual({ lines, total: ways?.total ?? 0, taken: ways?.taken ?? 0 })
    })
  })
}
