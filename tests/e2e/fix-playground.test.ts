import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type PlaygroundAnswer, playgroundAnswers } from '../../scripts/playground-answers.ts'
import { makePlaygroundRepository, type PlantedProblem, plantedProblems } from '../../scripts/playground-repository.ts'
import { reportSchema } from '../../src/domain/report.ts'
import { fixResultSchema } from '../../src/domain/result.ts'
import { fixFiles, lintFiles, type LintReport } from '../../src/linters/lint-files.ts'
import { runTests, type TestReport } from '../../src/test-runners/run-tests.ts'
import { openSandbox } from '../../src/workspace/sandbox.ts'
import { projectOf } from '../helpers/linter-runner.ts'
import { ask, pathWithTools } from '../helpers/programs.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

const isCi = process.env.CI === 'true'
/** In CI nothing may be left out. */
const isLeftOut = (program: string, ...probe: readonly string[]) => !isCi && ask(program, ...probe) === null

const planted = plantedProblems()
const answers = playgroundAnswers()

/** What is not installed with this repository, and how to find out whether it is there. */
const probes: Readonly<Record<string, readonly [string, ...string[]]>> = {
  mypy: ['mypy', '--version'],
  ruff: ['ruff', '--version'],
  'go-vet': ['go', 'version'],
  shellcheck: ['shellcheck', '--version'],
}
const tools = [...new Set(planted.map(({ tool }) => tool))].map((tool) => {
  const probe = probes[tool]
  const isMissing = probe !== undefined && isLeftOut(...probe)
  return { tool, isMissing, title: isMissing ? `${tool} (not installed here)` : tool }
})

/** Every problem takes a run of its linters and its tests. */
const isWhole = isCi || process.env.SOAK === '1'
const wanted = tools.map(({ tool }) => tool).filter((tool) => isWhole || ['eslint', 'stylelint'].includes(tool))

/** Runs the example's command as somebody would who has set up nothing. */
async function runScript(folder: string, args: readonly string[]) {
  const kept = Object.entries(process.env).filter(([name]) => !/^(AGENT_|GIT_|XDG_)/.test(name))
  const env = { ...Object.fromEntries(kept), HOME: folder, TMPDIR: folder, PATH: pathWithTools, NO_COLOR: '1' }
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../scripts/fix-playground.ts'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...output }
}

/** What linters and tests say of the playground as it is committed, after the linters' own repairs, and when all answers are written into it. */
interface Observed {
  committed: { lint: LintReport; tests: TestReport }
  repaired: LintReport
  answered: { lint: LintReport; tests: TestReport }
}

async function observe(): Promise<Observed> {
  using place = temporaryFolder()
  const root = join(place.path, 'order-desk')
  makePlaygroundRepository(root)
  return await onHost(root, async ({ lint, repair, test }) => {
    const committed = { lint: await lint(), tests: await test() }
    await repair()
    const repaired = await lint()
    for (const answer of answers) write(root, answer)
    return { committed, repaired, answered: { lint: await lint(), tests: await test() } }
  })
}

interface Host {
  lint(): Promise<LintReport>
  repair(): Promise<LintReport>
  test(): Promise<TestReport>
}

async function onHost<Result>(root: string, work: (host: Host) => Promise<Result>): Promise<Result> {
  const { signal } = new AbortController()
  const limits = { image: null, memory: 2 ** 31, cpus: 2, timeout: 110_000 }
  const sandbox = await openSandbox({ use: 'host', ...limits }, { root, readOnly: [] }, { environment: { PATH: pathWithTools }, signal })
  const project = projectOf(root)
  const options = { sandbox: async () => sandbox, timeout: 100_000, signal }
  const host: Host = {
    lint: () => lintFiles(project, project.files, options),
    repair: () => fixFiles(project, project.files, options),
    test: () => runTests(project, [], { run: sandbox.run, timeout: 100_000, signal }),
  }
  try {
    return await work(host)
  } finally {
    await sandbox.close()
  }
}

function write(root: string, { path, lines, becomes }: PlaygroundAnswer) {
  const file = join(root, path)
  const text = readFileSync(file, 'utf8').split('\n')
  const at = text.findIndex((_, index) => lines.every((line, offset) => text[index + offset] === line))
  expect({ path, lines, at }).not.toMatchObject({ at: -1 })
  writeFileSync(file, text.toSpliced(at, lines.length, ...becomes).join('\n'))
}

const inOrder = (problems: readonly PlantedProblem[]) =>
  problems.map(({ tool, rule, path, line }) => `${path}:${String(line).padStart(3)} ${tool}/${rule}`).toSorted()
const saidBy = (name: string, { diagnostics }: LintReport) =>
  diagnostics
    .filter(({ tool }) => tool === name)
    .map(({ tool, rule, path, range }) => ({ tool, rule: rule ?? '', path, line: range?.startLine ?? 0 }))

const statuses = (name: string, { runs }: TestReport) =>
  runs
    .filter(({ use }) => use.runner === name)
    .flatMap(({ outcome }) => (outcome.status === 'ran' ? outcome.tests.map(({ status }) => status) : [outcome.status]))

describe('the playground of agent fix', () => {
  it('documents sixty problems, each with one answer', () => {
    expect(planted).toHaveLength(60)
    const keys = planted.map(({ tool, rule, path }) => `${path} ${tool}/${rule}`)
    expect(new Set(keys).size).toBe(60)
    expect(answers.map(({ path, rule }) => `${path} ${rule}`).toSorted()).toEqual(keys.toSorted())
  })

  describe('with real linters', { timeout: 240_000 }, () => {
    let observed: Observed
    beforeAll(async () => {
      observed = await observe()
    }, 240_000)

    for (const { tool, isMissing, title } of tools) {
      it.skipIf(isMissing)(
        `has the documented problems of ${title} left when the linters have repaired what they can, and none with all answers`,
        () => {
          const { repaired, answered } = observed
          expect(inOrder(saidBy(tool, repaired))).toEqual(inOrder(planted.filter((problem) => problem.tool === tool)))
          expect(saidBy(tool, answered.lint)).toEqual([])
          expect([...repaired.failed, ...answered.lint.failed].filter(({ linter }) => linter === tool)).toEqual([])
        },
      )
    }

    it('has no problem that another tool tells, and some that linters repair themselves', () => {
      const { committed, repaired } = observed
      const named = new Set(tools.map(({ tool }) => tool))
      expect(repaired.diagnostics.filter(({ tool }) => !named.has(tool))).toEqual([])
      const byTool = (report: LintReport) => new Map([...named].map((tool) => [tool, saidBy(tool, report).length]))
      const [before, after] = [byTool(committed.lint), byTool(repaired)]
      const repairing = [...named].filter((tool) => (before.get(tool) ?? 0) > (after.get(tool) ?? 0))
      expect(repairing.filter((tool) => tool !== 'ruff')).toEqual(['biome', 'eslint', 'stylelint'].filter((tool) => named.has(tool)))
    })

    const runners = [
      { runner: 'node-test', count: 21, isMissing: false },
      { runner: 'pytest', count: 8, isMissing: isLeftOut('pytest', '--version') },
      { runner: 'go-test', count: 3, isMissing: isLeftOut('go', 'version') },
    ]
    for (const { runner, count, isMissing } of runners) {
      it.skipIf(isMissing)(`passes its tests with ${runner}${isMissing ? ' (not installed here)' : ''} before and after`, () => {
        const expected = Array.from({ length: count }, () => 'passed')
        expect([observed.committed, observed.answered].map(({ tests }) => statuses(runner, tests))).toEqual([expected, expected])
      })
    }
  })

  it(`is repaired and verified by one command, ${isWhole ? 'whole' : 'as far as the linters of npm see it'}`, {
    timeout: 1_500_000,
  }, async () => {
    using place = temporaryFolder()
    const file = join(place.path, 'report.json')
    const { code, stdout, stderr } = await runScript(place.path, [
      '--report',
      `json=${file}`,
      ...wanted.flatMap((tool) => ['--tool', tool]),
    ])
    expect({ code, stderr: stderr.split('\n').filter((line) => !line.endsWith(': fixed')) }).toEqual({ code: 0, stderr: [''] })
    expect(stdout).toMatch(/^A SCRIPTED MODEL answers/)
    const { result, completeness } = reportSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
    const { targets } = fixResultSchema.parse(result)
    const told = targets.filter(({ by }) => by === 'model').map(({ path, tool, rule, outcome }) => `${path} ${tool}/${rule} ${outcome}`)
    const documented = planted.filter(({ tool }) => wanted.includes(tool)).map(({ path, tool, rule }) => `${path} ${tool}/${rule} fixed`)
    expect({ completeness, told: told.toSorted() }).toEqual({ completeness: 'complete', told: documented.toSorted() })

    // What the linters say afterwards, asked without the program that says it has repaired everything.
    const root = /^The repository.*: (\S+)$/m.exec(stdout)?.[1] ?? ''
    const { diagnostics } = await onHost(root, ({ lint }) => lint())
    expect(diagnostics.filter(({ tool }) => wanted.includes(tool))).toEqual([])
    const changed = execFileSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' }).trimEnd().split('\n')
    expect(new Set(changed)).toEqual(new Set(targets.map(({ path }) => ` M ${path}`)))
  })
})
