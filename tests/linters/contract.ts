import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../src/domain/diagnostic.ts'
import type { Linter, LinterUse, LintOutcome } from '../../src/linters/linter.ts'
import { installed, projectOf, requestFor, runOnHost, scriptedRun, withInstalledTools } from '../helpers/linter-runner.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

type Files = Readonly<Record<string, string>>

interface Sample {
  path: string
  text: string
}

/** What the suite must know of a tool to hold its adapter to account with the real program. */
export interface LinterContract {
  linter: Linter
  /** Command and arguments that succeed where the tool is installed; without it the suite is skipped, and fails in CI. */
  probe: readonly string[]
  /** The configuration and whatever else the project needs, in its root. */
  project: Files
  clean: Sample
  /** Exactly one problem; its path is varied for odd file names. */
  problem: Sample & { rule: string | null; severity: Diagnostic['severity'] }
  /** A file that cannot be parsed; absent for tools that can parse anything. */
  broken?: Sample & { isFatal?: boolean }
  /** One problem whose range is `token`, behind an emoji on its line. `precision` says what the tool tells of it: both ends, the start, or the line only. */
  emoji?: Sample & { token: string; precision: 'range' | 'start' | 'line' }
  /** Files that replace or join the project's and make the tool itself fail, not its files. */
  crash: Files
  /** What a run without any configuration means; absent where there is no such thing. */
  withoutConfiguration?: 'failed' | 'checked'
  /** Names, without suffix, that a file may have; an empty list where the language restricts them. */
  oddNames?: readonly string[]
  /** A file with something to repair, and what it must be afterwards. */
  repair?: { path: string; before: string; after: string }
  /** Environment of all commands, such as a PATH with a virtual environment. */
  environment?: Readonly<Record<string, string>>
}

const oddNames = ['with space', 'ünï-çödé-😀', '-dash', '[id]', '!bang', '#hash']

/** The cases that every adapter runs with the real tool. */
export function linterContract(contract: LinterContract): void {
  const { linter, project, clean, problem, broken, emoji, repair } = contract
  const isMissing = !isInstalled(contract)
  // In CI nothing may be left out.
  describe.skipIf(isMissing && process.env.CI !== 'true')(
    `${linter.name}, the real program${isMissing ? ' (not installed here)' : ''}`,
    () => {
      it('is found by its traces in the project', async () => {
        using folder = projectFolder(contract, {})
        const uses = await linter.detect(projectOf(folder.path))
        expect(uses.map(({ linter: name, directory }) => ({ name, directory }))).toEqual([{ name: linter.name, directory: '.' }])
        expect(linter.handles(clean.path)).toBe(true)
      })

      it('is not found in a project without traces of it', async () => {
        using folder = temporaryFolder({ [clean.path]: clean.text })
        expect(await linter.detect(projectOf(folder.path))).toEqual([])
      })

      it('calls a clean file clean', async () => {
        expect(await checked(contract, { [clean.path]: clean.text })).toEqual({ status: 'checked', diagnostics: [], elsewhere: 0 })
      })

      it('tells one problem with its rule, its severity and its file', async () => {
        const { path, text, rule, severity } = problem
        const diagnostics = diagnosticsOf(await checked(contract, { [path]: text }))
        expect(diagnostics).toMatchObject([{ tool: linter.name, rule, severity, path, isFatal: false }])
      })

      it('tells only of the files asked for', async () => {
        const files = { [clean.path]: clean.text, [problem.path]: problem.text }
        expect(diagnosticsOf(await checked(contract, files, [clean.path]))).toEqual([])
      })

      it('runs nothing and is clean without files', async () => {
        const { run, commands } = scriptedRun({ ending: { kind: 'not-found' } })
        const use: LinterUse = { linter: linter.name, directory: '.', program: [linter.name] }
        const request = requestFor('/nowhere', [], { run })
        expect(await linter.check(use, request)).toEqual({ status: 'checked', diagnostics: [], elsewhere: 0 })
        expect(commands).toEqual([])
      })

      it.runIf(broken)('marks a file that cannot be parsed', async () => {
        const { path, text, isFatal = true } = broken!
        const diagnostics = diagnosticsOf(await checked(contract, { [path]: text }))
        expect(diagnostics.filter((diagnostic) => diagnostic.isFatal === isFatal && diagnostic.path === path)).not.toEqual([])
        expect(diagnostics.every(({ severity }) => severity === 'error')).toBe(true)
      })

      it.runIf(emoji)('tells the UTF-16 range of a token behind an emoji', async () => {
        const { path, text, token, precision } = emoji!
        const diagnostics = diagnosticsOf(await checked(contract, { [path]: text }))
        const expected = rangeOf(text, token)
        const range = {
          range: expected,
          start: { ...expected, endColumn: null },
          line: { ...expected, startColumn: null, endColumn: null },
        }[precision]
        expect(diagnostics.map((diagnostic) => diagnostic.range)).toEqual([range])
      })

      it.each(contract.oddNames ?? oddNames)('checks a file named "%s"', async (name) => {
        const path = posix.join(posix.dirname(problem.path), `${name}${posix.extname(problem.path)}`)
        const diagnostics = diagnosticsOf(await checked(contract, { [path]: problem.text }))
        expect(diagnostics).toMatchObject([{ path, rule: problem.rule }])
      })

      it('checks files of a package with its own traces from there', async () => {
        const moved = (files: Files) => Object.fromEntries(Object.entries(files).map(([path, text]) => [`packages/a b/${path}`, text]))
        using folder = withInstalledTools(temporaryFolder({ ...moved(project), ...moved({ [problem.path]: problem.text }) }))
        const uses = await linter.detect(projectOf(folder.path))
        expect(uses.map(({ directory }) => directory)).toEqual(['packages/a b'])
        const path = `packages/a b/${problem.path}`
        const outcome = await linter.check(uses[0]!, requestFor(folder.path, [path], hostOptions(contract, folder.path)))
        expect(diagnosticsOf(outcome)).toMatchObject([{ path, rule: problem.rule }])
      })

      it('never calls a crash clean', async () => {
        const outcome = await checked(contract, { ...contract.crash, [clean.path]: clean.text })
        expect(outcome).toEqual({ status: 'failed', reason: expect.stringMatching(/\S/) })
      })

      it('never calls a program clean that is not installed', async () => {
        using folder = projectFolder(contract, { [clean.path]: clean.text })
        const use: LinterUse = { linter: linter.name, directory: '.', program: ['./no-such-program'] }
        const outcome = await linter.check(use, requestFor(folder.path, [clean.path]))
        expect(outcome).toEqual({ status: 'failed', reason: expect.stringContaining('not installed') })
      })

      it.each([0, 1, 2, 101])(
        'never calls a program clean that says nothing and exits with %i, unless that is its answer',
        async (code) => {
          using folder = projectFolder(contract, { [clean.path]: clean.text })
          const { run } = scriptedRun({ code, stdout: 'Segmentation fault', stderr: 'Segmentation fault' })
          const outcome = await linter.check(useOf(contract), requestFor(folder.path, [clean.path], { run }))
          expect(code !== 0 && outcome.status === 'checked' ? outcome : null).toBe(null)
        },
      )

      it.runIf(contract.withoutConfiguration)('says what a run without configuration means', async () => {
        using folder = withInstalledTools(temporaryFolder({ [clean.path]: clean.text }))
        const outcome = await linter.check(useOf(contract), requestFor(folder.path, [clean.path], hostOptions(contract, folder.path)))
        expect(outcome.status).toBe(contract.withoutConfiguration)
      })

      it.runIf(repair)('repairs a file, and then it is clean', async () => {
        const { path, before, after } = repair!
        using folder = projectFolder(contract, { [path]: before })
        const [use] = await linter.detect(projectOf(folder.path))
        const request = requestFor(folder.path, [path], hostOptions(contract, folder.path))
        const fixable = diagnosticsOf(await linter.check(use!, request))
        expect(fixable.length).toBeGreaterThan(0)
        const outcome = await linter.fix!(use!, request)
        expect(readFileSync(join(folder.path, path), 'utf8')).toBe(after)
        expect(diagnosticsOf(outcome)).toEqual([])
      })
    },
  )
}

/** What a linter says about files, the first of which are the ones it is asked about. */
async function checked(
  contract: LinterContract,
  files: Files,
  paths = Object.keys(files).filter((path) => !isSetUp(contract, path)),
): Promise<LintOutcome> {
  using folder = projectFolder(contract, files)
  const [use] = await contract.linter.detect(projectOf(folder.path))
  expect(use).toBeDefined()
  return await contract.linter.check(use!, requestFor(folder.path, paths, hostOptions(contract, folder.path)))
}

const isSetUp = ({ project, crash }: LinterContract, path: string) => Object.hasOwn(project, path) || Object.hasOwn(crash, path)

const useOf = ({ linter, probe }: LinterContract): LinterUse => ({
  linter: linter.name,
  directory: '.',
  program: [probe[0] ?? linter.name],
})

/** Files of a project, with the tools that are installed here as its own. */
function projectFolder({ project }: LinterContract, files: Files) {
  return withInstalledTools(temporaryFolder({ ...project, ...files }))
}

const hostOptions = ({ environment }: LinterContract, root: string) => ({ run: runOnHost(root, { ...withTools(), ...environment }) })

const withTools = () => ({ PATH: `${join(installed, '.bin')}:${process.env.PATH ?? ''}` })

function isInstalled({ probe, environment }: LinterContract): boolean {
  const [program = '', ...more] = probe
  return spawnSync(program, more, { env: { ...process.env, ...withTools(), ...environment } }).status === 0
}

function diagnosticsOf(outcome: LintOutcome): readonly Diagnostic[] {
  if (outcome.status === 'failed') throw new Error(outcome.reason)
  return outcome.diagnostics
}

/** Line and columns of the only occurrence of a token. */
export function rangeOf(text: string, token: string) {
  const lines = text.split('\n')
  const line = lines.findIndex((each) => each.includes(token))
  const column = lines[line]!.indexOf(token) + 1
  return { startLine: line + 1, startColumn: column, endLine: line + 1, endColumn: column + token.length }
}
