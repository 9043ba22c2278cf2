import { describe, expect, it } from 'vitest'
import { lint } from '../../src/tools/lint.ts'
import type { ToolContext } from '../../src/tools/tool.ts'
import { type TemporaryRepository, temporaryRepository } from '../helpers/git-repository.ts'
import { runOnHost, withInstalledTools } from '../helpers/linter-runner.ts'
import { toolContract } from './contract.ts'
import { toolContext } from './tool-context.ts'

const configuration = 'export default [{ rules: { "no-debugger": "error", "prefer-const": "warn" } }]\n'
const files = {
  '.gitignore': 'node_modules\nignored.js\n',
  'eslint.config.mjs': configuration,
  'src/a.js': 'let y = 1; debugger\nexport { y }\n',
  'src/b.js': 'export const ok = 1\n',
  'docs/readme.txt': 'Text\n',
}

toolContract(lint, { files, input: { paths: ['src/b.js'] }, pathFields: ['paths'] })

type More = (repository: TemporaryRepository) => Partial<ToolContext>

async function run(content: Readonly<Record<string, string>>, input: object, more: More = () => ({})) {
  using repository = temporaryRepository({ files: content })
  withInstalledTools({ path: repository.root })
  const context = toolContext(repository, { run: runOnHost(repository.root), ...more(repository) })
  return await lint.run(lint.input.parse(input), context)
}

describe('lint', () => {
  it('tells the problems of the files asked for, one line each', async () => {
    const { text, data } = await run(files, { paths: ['src/a.js'] })
    expect(text).toBe(
      [
        '2 problems, 1 error among them:',
        "src/a.js:1:5 warning eslint/prefer-const 'y' is never reassigned. Use 'const' instead. (can be repaired by the tool)",
        "src/a.js:1:12 error eslint/no-debugger Unexpected 'debugger' statement.",
        '',
        'eslint checked 1 file.',
      ].join('\n'),
    )
    expect(data).toEqual({ problems: 2, errors: 1, checked: ['eslint'], failed: [] })
  })

  it('takes a folder for all files in it, and nothing for all files', async () => {
    expect((await run(files, { paths: ['src'] })).text).toContain('eslint checked 2 files.')
    expect((await run(files, {})).text).toContain('eslint checked 3 files.')
  })

  it('says that clean files are clean', async () => {
    expect((await run(files, { paths: ['src/b.js'] })).text).toBe('No problems were found.\n\neslint checked 1 file.')
  })

  it('says when no linter is configured for the files', async () => {
    const { text, data } = await run(files, { paths: ['docs/readme.txt'] })
    expect(text).toMatch(/^Nothing was checked: this project has no linter/)
    expect(data).toMatchObject({ checked: [], failed: [] })
  })

  it('never calls it a pass when a linter could not run', async () => {
    const { text, data } = await run(
      { ...files, 'eslint.config.mjs': 'throw new Error("broken \\u001B[31m configuration")\n' },
      { paths: ['src/b.js'] },
    )
    expect(text).toMatch(
      /^This is no pass: not all linters could run\.\n\nFAILED eslint, so nothing is known of its files: eslint ended with exit code 2:.*broken/s,
    )
    expect(text).not.toContain('\u001B')
    expect(data).toMatchObject({ checked: [], failed: [{ linter: 'eslint', directory: '.' }] })
  })

  it('tells what the others found when one could not run', async () => {
    const { text } = await run({ ...files, '.prettierrc': '{ bad' }, { paths: ['src/a.js'] })
    expect(text).toMatch(/^2 problems, 1 error among them:\n.*\nFAILED prettier, so.*\neslint checked 1 file\.$/s)
  })

  it('names the package of a linter, and places the problems of all linters by file', async () => {
    const more = { 'web/.prettierrc': '{}', 'web/z.js': 'debugger\n', 'web/a.js': 'let  y = 1; debugger\n' }
    const { text } = await run({ ...files, ...more }, { paths: ['web'] })
    expect(text.split('\n').slice(1)).toEqual([
      expect.stringMatching(/^web\/a\.js warning prettier\/format /),
      expect.stringMatching(/^web\/a\.js:1:6 warning eslint\/prefer-const /),
      expect.stringMatching(/^web\/a\.js:1:13 error eslint\/no-debugger /),
      expect.stringMatching(/^web\/z\.js warning prettier\/format /),
      expect.stringMatching(/^web\/z\.js:1:1 error eslint\/no-debugger /),
      '',
      'eslint checked 2 files.',
      'prettier in web checked 2 files.',
    ])
  })

  it('lists no more than two hundred problems', async () => {
    const { text } = await run({ ...files, 'src/a.js': 'debugger\n'.repeat(260) }, { paths: ['src/a.js'] })
    expect(text.match(/^src/gm)).toHaveLength(200)
    expect(text).toContain('… and 60 more.')
  })

  it('keeps a message with line breaks on one line, and shows what is hidden in it', async () => {
    const message = 'First\\nsecond \\u202E third'
    const plugin = `{ rules: { odd: { create: (context) => ({ Program: (node) => context.report({ node, message: "${message}" }) }) } } }`
    const config = `export default [{ plugins: { p: ${plugin} }, rules: { "p/odd": "error" } }]\n`
    const { text } = await run({ ...files, 'eslint.config.mjs': config }, { paths: ['src/b.js'] })
    expect(text.split('\n')[1]).toBe('src/b.js:1:1 error eslint/p/odd First second <U+202E> third')
  })

  it('looks at the project that the run has, and knows where commands see the tree', async () => {
    const messages = [{ ruleId: 'r', severity: 2, message: 'M', line: 1, column: 1 }]
    const stdout = JSON.stringify([{ filePath: '/repo/src/b.js', messages }])
    const project = async () => ({
      root: '/',
      files: ['eslint.config.mjs', 'src/b.js'],
      read: async () => 'text',
      exists: async () => true,
    })
    const argvs: (readonly string[])[] = []
    const { text } = await run(files, { paths: ['src'] }, () => ({
      project,
      mountedAt: '/repo',
      run: async ({ argv }) => {
        argvs.push(argv)
        return { ending: { kind: 'exited', code: 1 }, stdout, stderr: '', durationMs: 1 }
      },
    }))
    expect(text).toContain('src/b.js:1:1 error eslint/r M')
    expect(argvs).toEqual([['./node_modules/.bin/eslint', '--format', 'json', '--', './src/b.js']])
  })

  it('says how many problems lie outside of the repository', async () => {
    const messages = [{ ruleId: 'r', severity: 2, message: 'M', line: 1, column: 1 }]
    for (const [count, sentence] of [
      [1, '1 problem outside of the repository is not listed.'],
      [2, '2 problems outside of the repository are not listed.'],
    ] as const) {
      const elsewhere = Array.from({ length: count }, () => ({ filePath: '/etc/a.js', messages }))
      const answer: ToolContext['run'] = async () => ({
        ending: { kind: 'exited', code: 1 },
        stdout: JSON.stringify([{ filePath: '/repo/src/b.js', messages }, ...elsewhere]),
        stderr: '',
        durationMs: 1,
      })
      expect((await run(files, { paths: ['src/b.js'] }, () => ({ mountedAt: '/repo', run: answer }))).text).toContain(sentence)
    }
  })

  it('refuses a file that git ignores, and one that is not there', async () => {
    const overrides: More = ({ write }) => {
      write('ignored.js', 'debugger\n')
      return {}
    }
    await expect(run(files, { paths: ['ignored.js'] }, overrides)).rejects.toThrow(
      'ignored.js has no files that git tracks or does not ignore.',
    )
    await expect(run(files, { paths: ['src/gone.js'] })).rejects.toThrow(/does not exist/)
  })
})
