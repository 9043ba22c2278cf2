import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type PlaygroundAnswer, playgroundAnswers } from '../../scripts/playground-answers.ts'
import { makePlaygroundRepository, type PlantedProblem, plantedProblems } from '../../scripts/playground-repository.ts'
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
  const { signal } = new AbortController()
  const limits = { image: null, memory: 2 ** 31, cpus: 2, timeout: 110_000 }
  const sandbox = await openSandbox({ use: 'host', ...limits }, { root, readOnly: [] }, { environment: { PATH: pathWithTools }, signal })
  try {
    const project = projectOf(root)
    const options = { sandbox: async () => sandbox, timeout: 100_000, signal }
    const lint = () => lintFiles(project, project.files, options)
    const both = async () => ({ lint: await lint(), tests: await runTests(project, [], { run: sandbox.run, timeout: 100_000, signal }) })
    const committed = await both()
    await fixFiles(project, project.files, options)
    const repaired = await lint()
    for (const answer of answers) write(root, answer)
    return { committed, repaired, answered: await both() }
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
      expect(repairing.filter((tool) => tool !== 'ruff')).toEqual(['biome', 'eslint'].filter((tool) => named.has(tool)))
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
})
