import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  exampleAnswers,
  type ExampleLanguage,
  exampleLanguages,
  makeExampleRepository,
  scriptedAnswers,
} from '../../scripts/generate-tests-repositories.ts'
import { type GenerateTestsResult, generateTestsResultSchema } from '../../src/domain/generated-tests.ts'
import { reportSchema } from '../../src/domain/report.ts'
import { agent } from '../helpers/agent-process.ts'
import { ask, pathWithTools } from '../helpers/programs.ts'
import { startScriptedServer } from '../helpers/scripted-server.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

const isCi = process.env.CI === 'true'
/** Every defect takes a run of the tests. */
const isWhole = isCi || process.env.SOAK === '1'
/** In CI nothing may be left out. */
const hasPytest = isCi || ask('pytest', '--version') !== null
const isLeftOut: Readonly<Record<ExampleLanguage, boolean>> = { python: !isWhole || !hasPytest, typescript: !isWhole }

const folder = join(import.meta.dirname, '../../examples/generate-tests')
const readme = readFileSync(join(folder, 'README.md'), 'utf8')

/** What the example's README says of a language: figures before and after, and how many tests were kept and refused. */
function statedFor(language: ExampleLanguage): string[] {
  const row = readme.split('\n').find((line) => line.startsWith(`| ${language} |`)) ?? ''
  return row
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.trim())
}

const percent = (shares: readonly { covered: number; total: number }[]) => {
  const [covered, total] = [shares.reduce((sum, share) => sum + share.covered, 0), shares.reduce((sum, share) => sum + share.total, 0)]
  return total === 0 ? '–' : `${Math.round((covered / total) * 100)} %`
}

function figuresOf({ coverage, score, candidates }: GenerateTestsResult): string[] {
  const rise = (kind: 'lines' | 'branches') =>
    `${percent(coverage.map((file) => file[kind].before))} → ${percent(coverage.map((file) => file[kind].after))}`
  const count = (outcome: string) => String(candidates.filter((candidate) => candidate.outcome === outcome).length)
  return [rise('lines'), rise('branches'), `${score.before} % → ${score.after} %`, count('kept'), count('rejected')]
}

describe.each(exampleLanguages)('the example in %s', (language) => {
  it('has at most three answers for each function, and each function is there', () => {
    for (const [target, answers] of exampleAnswers(language)) {
      const [path = '', name = ''] = target.split(' ')
      expect(readFileSync(join(folder, language, path), 'utf8')).toMatch(new RegExp(`(?:function|def) ${name}\\b`))
      expect([1, 2, 3]).toContain(answers.length)
    }
  })

  it.skipIf(isLeftOut[language])(
    'raises coverage and mutation score by the figures that its README states',
    { timeout: 1_800_000 },
    async () => {
      using place = temporaryFolder()
      const root = join(place.path, language)
      makeExampleRepository(language, root)
      await using server = await startScriptedServer({ answer: scriptedAnswers([language]) })
      const kept = Object.entries(process.env).filter(([name]) => !/^(?:AGENT_|GIT_|XDG_|VITEST|NODE_ENV)/.test(name))
      const environment = {
        ...(Object.fromEntries(kept) as Record<string, string>),
        AGENT_HOME: join(place.path, 'home'),
        PATH: pathWithTools,
      }
      const args = ['generate-tests', '.', '--sandbox', 'host', '--max-time', '30m', '--base-url', server.baseUrl, '--format', 'json']
      const { stdout, stderr } = await agent(args, { cwd: root, environment, input: '' })
      expect(stderr).not.toContain('error')
      const result = generateTestsResultSchema.parse(reportSchema.parse(JSON.parse(stdout)).result)
      expect(figuresOf(result)).toEqual(statedFor(language))
      expect(
        result.candidates.filter(
          ({ outcome, killed, gained }) => outcome === 'kept' && killed.length + gained.lines + gained.branches === 0,
        ),
      ).toEqual([])
    },
  )
})
