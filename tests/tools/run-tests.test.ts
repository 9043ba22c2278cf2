import { mkdirSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runTests } from '../../src/tools/run-tests.ts'
import type { ToolContext } from '../../src/tools/tool.ts'
import { openProject } from '../../src/workspace/open-project.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { toolContract } from './contract.ts'
import { toolContext } from './tool-context.ts'

const manifest = JSON.stringify({ type: 'module', scripts: { test: 'node --test' } })
const tests = `import { it } from 'node:test'
it('works', () => {})
it('breaks \\u001B[31m', () => { throw new Error('one is not two') })
it.skip('is skipped', () => {})
`
const files = { 'package.json': manifest, 'a.test.js': tests }

toolContract(runTests, { files, input: { files: ['a.test.js'], name: '' }, pathFields: ['files'] })

async function run(content: Readonly<Record<string, string>>, input: object, more: (root: string) => Partial<ToolContext> = () => ({})) {
  using repository = temporaryRepository({ files: content })
  const context = toolContext(repository, more(repository.root))
  return await runTests.run(runTests.input.parse(input), context)
}

describe('run_tests', () => {
  it('says which tests were executed, and why one failed', async () => {
    const { text, data } = await run(files, {})
    expect(text).toMatch(/^node-test: 2 executed, 1 passed, 1 failed, 1 skipped\.\nFAILED a\.test\.js > breaks .*\n.*one is not two/)
    expect(text).toMatch(/\npassed a\.test\.js > works$/)
    expect(data).toEqual({ executed: 2, failed: 1, runners: [{ runner: 'node-test', status: 'ran' }], command: null })
  })

  it('says that none was executed when no test has the name', async () => {
    const { text } = await run(files, { files: ['a.test.js'], name: 'no such test' })
    expect(text).toBe('node-test: no test was executed. node-test found no test to execute.')
  })

  it('says that the tests could not be run', async () => {
    const { text } = await run({ ...files, 'a.test.js': 'syntax error (' }, { files: ['a.test.js'] })
    expect(text).toMatch(/^node-test: the tests could not be run\. a\.test\.js: /)
  })

  it('names a file that could not be run beside those that were', async () => {
    const { text } = await run({ ...files, 'b.test.js': 'syntax error (' }, {})
    expect(text).toMatch(/^NOT RUN b\.test\.js: /m)
  })

  it('wants one file for a name', async () => {
    await expect(run(files, { name: 'works' })).rejects.toThrow('exactly one file')
  })

  it('refuses a file that does not exist', async () => {
    await expect(run(files, { files: ['missing.test.js'] })).rejects.toThrow('missing.test.js')
  })

  it('says which files are no tests', async () => {
    const { text } = await run({ ...files, 'notes.md': '' }, { files: ['notes.md'] })
    expect(text).toBe('notes.md: no test runner of this project takes this file for a test.')
  })

  it('says that a project has no tests', async () => {
    const { text } = await run({ 'README.md': '' }, {})
    expect(text).toBe('No test was executed: this project has no test runner that is known, and no test command.')
  })

  it("falls back to the project's own command, of which only the exit status is known", async () => {
    const good = await run({ 'README.md': '' }, {}, () => ({ testCommand: ['echo', 'fine'] }))
    expect(good.text).toBe(
      "The project's own test command (echo fine) ended with 0. Which tests it executed is not known. Its output ends with:\nfine",
    )
    const bad = await run({ 'README.md': '' }, {}, () => ({ testCommand: ['false'] }))
    expect(bad.text).toContain('(false) failed.')
  })

  it('lists the first of very many tests that pass', async () => {
    const many = `import { it } from 'node:test'\nfor (let i = 0; i < 120; i++) it('test ' + i, () => {})\n`
    const { text } = await run({ ...files, 'a.test.js': many }, {})
    expect(text).toMatch(/passed a\.test\.js > test 99\n… and 20 more that passed\.$/)
  })

  it('finds a runner that is installed beside the checkout, and the packages of a monorepo', async () => {
    const content = {
      'pkg/package.json': JSON.stringify({ type: 'module', scripts: { test: 'vitest' } }),
      'pkg/a.test.js': "import { it } from 'vitest'\nit('works', () => {})\n",
      '.gitignore': 'node_modules\n',
    }
    using repository = temporaryRepository({ files: content })
    mkdirSync(join(repository.root, 'pkg'), { recursive: true })
    symlinkSync(resolve('node_modules'), join(repository.root, 'pkg/node_modules'))
    const base = toolContext(repository)
    const project = () => openProject(base.checkout, [])
    const { text } = await runTests.run(runTests.input.parse({}), { ...base, project })
    expect(text).toContain('vitest in pkg: 1 executed, 1 passed')
  })

  it('tells tests of which no file is known by their name', async () => {
    const content = { 'go.mod': 'module m\n' }
    const event = JSON.stringify({ Action: 'pass', Package: 'm', Test: 'TestA' })
    const { text } = await run(content, {}, () => ({
      run: async () => ({ ending: { kind: 'exited', code: 0 }, stdout: event, stderr: '', durationMs: 1 }),
    }))
    expect(text).toContain('passed TestA')
  })
})
