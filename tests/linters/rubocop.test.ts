import { describe, expect, it } from 'vitest'
import { rubocop } from '../../src/linters/rubocop.ts'
import { projectOf, requestFor, scriptedRun } from '../helpers/linter-runner.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { linterContract } from './contract.ts'

const settings = 'AllCops:\n  DisabledByDefault: true\n  SuggestExtensions: false\nLint/Syntax:\n  Enabled: true\n'

linterContract({
  linter: rubocop,
  probe: ['rubocop', '--version'],
  project: { '.rubocop.yml': `${settings}Lint/UselessAssignment:\n  Enabled: true\nStyle/Semicolon:\n  Enabled: true\n` },
  clean: { path: 'src/clean.rb', text: 'puts 1\n' },
  problem: { path: 'src/problem.rb', text: 'def stop\n  unused = 1\nend\n', rule: 'Lint/UselessAssignment', severity: 'warning' },
  broken: { path: 'src/broken.rb', text: 'def (\n' },
  emoji: { path: 'src/emoji.rb', text: 'def stop\n  ["😀é", unused = 1] # é\nend\n', token: 'unused', precision: 'range' },
  crash: { '.rubocop.yml': 'require: no-such-library\n' },
  withoutConfiguration: 'checked',
  repair: { path: 'src/repair.rb', before: 'puts 1;\n', after: 'puts 1\n' },
})

describe('rubocop', () => {
  const programs = async (files: Record<string, string>) => {
    using folder = temporaryFolder(files)
    return (await rubocop.detect(projectOf(folder.path))).map(({ program }) => program.join(' '))
  }

  it("is the project's own script, or goes through Bundler", async () => {
    expect(await programs({ 'a/.rubocop.yml': '', Gemfile: 'gem "rubocop", require: false\n' })).toEqual(['bundle exec rubocop'])
    expect(await programs({ '.rubocop.yml': '', Gemfile: "gem 'rubocop-rails'\n" })).toEqual(['rubocop'])
    expect(await programs({ '.rubocop.yml': '', 'bin/rubocop': '', Gemfile: 'gem "rubocop"\n' })).toEqual(['./bin/rubocop'])
  })

  it('is read behind advice, without what was corrected, and with an end before which there is nothing', async () => {
    const offense = (more: object, place: object = {}) => ({
      severity: 'convention',
      message: 'm',
      cop_name: 'A/B',
      corrected: false,
      correctable: true,
      location: { start_line: 1, start_column: 2, last_line: 1, last_column: 2, length: 1, ...place },
      ...more,
    })
    const files = [{ path: 'a.rb', offenses: [offense({}), offense({ corrected: true }), offense({ cop_name: 'A/C' }, { length: 0 })] }]
    const { run } = scriptedRun({ code: 1, stdout: `Advice.\n${JSON.stringify({ metadata: {}, files })}` })
    const outcome = await rubocop.check(
      { linter: 'rubocop', directory: '.', program: ['rubocop'] },
      requestFor('/', ['a.rb'], { run, readText: async () => 'abc\n' }),
    )
    expect(outcome).toMatchObject({
      diagnostics: [
        { rule: 'A/B', severity: 'note', range: { startColumn: 2, endColumn: 3 } },
        { rule: 'A/C', range: { startColumn: 2, endColumn: 2 } },
      ],
    })
  })

  it('is a failure without output, or with another one', async () => {
    for (const stdout of ['', '{"metadata": 1}']) {
      const { run } = scriptedRun({ code: 1, stdout, stderr: 'why' })
      const outcome = await rubocop.check({ linter: 'rubocop', directory: '.', program: ['rubocop'] }, requestFor('/', ['a.rb'], { run }))
      expect(outcome).toMatchObject({ status: 'failed' })
    }
  })
})
