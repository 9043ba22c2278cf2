import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { generateTestsResultSchema } from '../../src/domain/generated-tests.ts'
import { reportSchema } from '../../src/domain/report.ts'
import { startScriptedServer } from '../helpers/scripted-server.ts'
import { fenced, nodeFiles, repositoryOf } from '../tasks/generate-tests/generation-scene.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { runAgent } from './run-agent.ts'

const good = fenced("it('is free from 50 on', () => {", '  assert.equal(shipping(50), 0)', '  assert.equal(shipping(49), 5)', '})')

async function scene(answer = good) {
  const repository = repositoryOf(nodeFiles)
  const home = temporaryFolder()
  const server = await startScriptedServer({ answer: () => ({ text: answer }) })
  onTestFinished(async () => {
    home[Symbol.dispose]()
    await server.close()
  })
  const environment = { ...repository.environment, AGENT_HOME: home.path }
  const agent = (...args: readonly string[]) => runAgent(args, { cwd: repository.root, environment })
  const generate = (...args: readonly string[]) =>
    agent('generate-tests', ...args, '--sandbox', 'host', '--base-url', server.baseUrl, '--model', 'scripted')
  return { repository, agent, generate }
}

describe('agent generate-tests', { timeout: 240_000 }, () => {
  it('adds a test that proves something, says so while it works, and takes it back with undo', async () => {
    const { repository, agent, generate } = await scene()
    const { code, stdout, stderr } = await generate('--uncovered')
    expect(stderr).toMatch(/^src\/price\.js shipping: kept: reaches 2 lines .*that no test reached\n$/)
    expect(code).toBe(0)
    expect(stdout).toContain('✔ src/price.js:6 shipping\n    is free from 50 on: reaches 2 lines ')
    expect(stdout).toContain('+7 -2  test/price.test.js')
    expect(stdout).toContain('`agent undo` takes it back')
    expect(repository.git('status', '--porcelain')).toBe(' M test/price.test.js\n')
    expect(await agent('undo')).toMatchObject({ code: 0 })
    expect(repository.git('status', '--porcelain')).toBe('')
  })

  it('writes the patch to a file, and the report as data', async () => {
    const { repository, generate } = await scene()
    const { code, stdout } = await generate('src', '--only', 'uncovered', '--patch-out', '../out.patch', '--format', 'json')
    const report = reportSchema.parse(JSON.parse(stdout))
    expect(code).toBe(0)
    expect(generateTestsResultSchema.parse(report.result).files).toEqual([{ path: 'test/price.test.js', kind: 'modified' }])
    expect(readFileSync(join(repository.root, '../out.patch'), 'utf8')).toBe(report.patch)
    expect(repository.git('status', '--porcelain')).toBe('')
  })

  it('ends with 1 where a function got no test', async () => {
    const { generate } = await scene('I cannot.')
    const { code, stdout } = await generate('src', '--only', 'uncovered')
    expect(code).toBe(1)
    expect(stdout).toContain('No new test of shipping proved anything')
  })

  it.each([
    [['--patch', 'x.patch'], 'a patch has none'],
    [['--staged', '--commit-result'], '--commit-result'],
    [['--uncovered', '--only', 'changed'], "'--uncovered' cannot be used with option '--only"],
    [['--only', 'everything'], 'everything'],
    [['--max-tests', '0'], '--max-tests'],
    [['--target-coverage', '101'], '--target-coverage'],
    [['nowhere.ts'], 'nowhere.ts'],
  ])('refuses %j', async (args, words) => {
    const { generate } = await scene()
    const { code, stderr } = await generate(...args)
    expect(code).toBe(2)
    expect(stderr).toContain(words)
  })
})
