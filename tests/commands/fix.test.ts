import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { exitCodes } from '../../src/domain/errors.ts'
import { reportSchema } from '../../src/domain/report.ts'
import { fixResultSchema } from '../../src/domain/result.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { installed } from '../helpers/linter-runner.ts'
import { startScriptedServer } from '../helpers/scripted-server.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { runAgent } from './run-agent.ts'

const config = `export default [{ rules: { 'no-var': 'error', eqeqeq: 'warn' } }]\n`
const broken = 'var one = 1\nexport const isOne = (value) => value == one\n'
const linted = broken.replace('var', 'let')
const whole = linted.replace('==', '===')
const answer = '```js\nexport const isOne = (value) => value === one\n```\n'

/** A repository with ESLint, and an endpoint whose model always gives the same answer. */
async function scene(text = answer, files: Record<string, string> = { 'src/one.js': broken }) {
  const repository = temporaryRepository({
    files: { '.gitignore': 'node_modules\n', 'package.json': '{"name":"demo","type":"module"}', 'eslint.config.js': config, ...files },
  })
  mkdirSync(join(repository.root, 'node_modules'))
  symlinkSync(join(installed, '.bin'), join(repository.root, 'node_modules/.bin'))
  const home = temporaryFolder()
  const server = await startScriptedServer({ answer: () => ({ text }) })
  onTestFinished(async () => {
    repository.remove()
    home[Symbol.dispose]()
    await server.close()
  })
  const environment = { ...repository.environment, AGENT_HOME: home.path }
  const agent = (...args: readonly string[]) => runAgent(['fix', ...args], { cwd: repository.root, environment })
  const ask = (...args: readonly string[]) => agent(...args, '--sandbox', 'host', '--base-url', server.baseUrl, '--model', 'scripted')
  const read = (path = 'src/one.js') => readFileSync(join(repository.root, path), 'utf8')
  const undo = () => runAgent(['undo'], { cwd: repository.root, environment })
  /** Presses Ctrl-C as soon as something is so, which is looked at whenever the program waits for anything. */
  const interruptedWhen = async (isSo: () => boolean, ...args: readonly string[]) => {
    const controller = new AbortController()
    const watch = setInterval(() => isSo() && controller.abort(exitCodes.interrupted), 0)
    const asking = ['--sandbox', 'host', '--base-url', server.baseUrl, '--model', 'scripted']
    const ended = await runAgent(['fix', ...args, ...asking], { cwd: repository.root, environment, signal: controller.signal })
    clearInterval(watch)
    return ended
  }
  const targets = (stdout: string) => fixResultSchema.parse(reportSchema.parse(JSON.parse(stdout)).result).targets
  return { repository, agent, ask, read, undo, targets, interruptedWhen }
}

describe('agent fix', () => {
  it('repairs what is in the files named, says what it did, and takes it back with undo', async () => {
    const { ask, read, undo } = await scene()
    const { code, stdout, stderr } = await ask('src')
    expect([code, stderr]).toEqual([0, 'src/one.js:2 eslint/eqeqeq: fixed\n'])
    expect(stdout).toContain('src/one.js:1 eslint/no-var\n    repaired by the linter')
    expect(stdout).toContain('src/one.js:2 eslint/eqeqeq\n    repaired by the model')
    expect(stdout).toContain('2 of 2 problems repaired')
    expect(read()).toBe(whole)
    expect(await undo()).toMatchObject({ code: 0 })
    expect(read()).toBe(broken)
  })

  it('needs no model with --no-model, and ends with 1 where problems remain, however mild', async () => {
    const { agent, read } = await scene()
    const { code, stdout } = await agent('src', '--no-model')
    expect([code, read()]).toEqual([1, linted])
    expect(stdout).toContain('not attempted: No model was to be asked.')
  })

  it('is incomplete where no model is to be found', async () => {
    const { agent, read } = await scene()
    const { code, stdout } = await agent('src')
    expect([code, read()]).toEqual([4, linted])
    expect(stdout).toContain('MODEL_MISSING')
  })

  it('takes only changed lines without paths', async () => {
    const { ask, read, repository } = await scene(answer, { 'src/one.js': broken, 'src/two.js': 'var two = 2\nexport { two }\n' })
    repository.write('src/two.js', 'var two = 2\nvar three = 3\nexport { two, three }\n')
    expect(await ask()).toMatchObject({ code: 0 })
    expect([read(), read('src/two.js')]).toEqual([broken, 'var two = 2\nlet three = 3\nexport { two, three }\n'])
  })

  it('repairs what is staged where it is staged, and keeps what is not', async () => {
    const { ask, read, repository } = await scene(answer, { 'src/one.js': '', 'b.js': '' })
    const rest = '\nexport const two = 2\nexport const three = 3\n'
    repository.stage({ 'src/one.js': broken, 'b.js': broken + rest })
    writeFileSync(join(repository.root, 'b.js'), `${broken}${rest}// not staged\n`)
    const { code, stdout } = await ask('--staged')
    expect([code, stdout]).toEqual([0, expect.stringContaining('the repairs are staged')])
    expect([repository.git('show', ':src/one.js'), read()]).toEqual([whole, whole])
    expect([repository.git('show', ':b.js'), read('b.js')]).toEqual([whole + rest, `${whole}${rest}// not staged\n`])
    expect(repository.git('diff', '--name-only')).toBe('b.js\n')
  })

  it('leaves a working file alone that has changes in the lines that are repaired, and says where the repair lies', async () => {
    const { ask, read, repository } = await scene(answer, { 'src/one.js': '' })
    repository.stage({ 'src/one.js': broken })
    const edited = broken.replace('== one', '== one // edited')
    writeFileSync(join(repository.root, 'src/one.js'), edited)
    const { stdout } = await ask('--staged')
    expect(stdout).toContain('WORKING_FILE_LEFT')
    expect(repository.git('show', ':src/one.js')).toContain('let one = 1')
    expect(read()).toBe(edited)
  })

  it.each([
    [['src', '--tool', 'eslnt'], /--tool names "eslnt".*Did you mean eslint/s],
    [['src', '--tool', 'nope-at-all'], /It knows .*eslint/],
  ])('refuses the linter that %j names', async (args, message) => {
    const { agent } = await scene()
    expect(await agent(...args)).toMatchObject({ code: 2, stderr: expect.stringMatching(message) })
  })

  it('commits nothing of what is staged', async () => {
    const { ask } = await scene()
    expect(await ask('--staged', '--commit-result')).toMatchObject({ code: 2, stderr: expect.stringContaining('commit yourself') })
  })

  it('prints the patch with --dry-run, and leaves the tree alone', async () => {
    const { ask, read } = await scene()
    const { code, stdout } = await ask('src', '--dry-run')
    expect([code, read()]).toEqual([0, broken])
    expect(stdout).toContain('-var one = 1')
    expect(stdout).toContain('2 of 2 problems would be repaired')
  })

  it('writes a patch that git can apply with --patch-out', async () => {
    const { ask, read, repository } = await scene()
    await ask('src', '--patch-out', 'out.patch')
    expect(read()).toBe(broken)
    repository.git('apply', 'out.patch')
    expect(read()).toBe(whole)
  })

  it('commits what was kept, at once or one by one', async () => {
    const { ask, repository } = await scene()
    await ask('src', '--commit-result')
    expect(repository.git('log', '-1', '--format=%s', '--stat')).toMatch(/^fix: repair what linters report\n\n src\/one\.js/)
    const other = await scene()
    await other.ask('src', '--commit-result=each')
    expect(other.repository.git('log', '-2', '--format=%s')).toBe(
      'fix: repair eslint/eqeqeq in src/one.js\nfix: repair what linters repair themselves\n',
    )
    expect(other.repository.git('status', '--porcelain')).toBe('')
  })

  it('says of commits how git takes them back, which does', async () => {
    const one = await scene()
    const { stdout } = await one.ask('src', '--commit-result')
    const [, command = ''] = /`git (revert \w+)` takes it back/.exec(stdout) ?? []
    one.repository.git(...command.split(' '), '--no-edit')
    expect(one.read()).toBe(broken)
    const several = await scene()
    const each = await several.ask('src', '--commit-result=each')
    expect(each.stdout).toContain('2 commits, `git revert HEAD~2..HEAD` takes them back')
    expect(each.stdout).not.toContain('agent undo')
    several.repository.git('revert', '--no-edit', 'HEAD~2..HEAD')
    expect(several.read()).toBe(broken)
  })

  it('says what undo takes back where steps were applied and could not all be committed', async () => {
    const { ask, read, repository, undo } = await scene()
    writeFileSync(join(repository.root, '.git/refs/heads/main.lock'), '')
    const { stdout } = await ask('src', '--commit-result=each', '--format', 'json')
    expect(reportSchema.parse(JSON.parse(stdout)).summary).toContain(
      'applied in 2 steps, and `agent undo` takes back the last one, and each time the one before',
    )
    await undo()
    expect(read()).toBe(linted)
    await undo()
    expect(read()).toBe(broken)
  })

  it('says after an interruption what was done: nothing, a change that undo takes back, or what is staged', async () => {
    const early = await scene()
    expect(await early.interruptedWhen(() => true, 'src')).toMatchObject({
      code: 130,
      stderr: expect.stringContaining('Nothing was changed.'),
    })
    const applied = await scene()
    const late = await applied.interruptedWhen(() => applied.read() === whole, 'src')
    expect([late.code, late.stderr]).toEqual([130, expect.stringContaining('`agent undo` takes it back')])
    const staged = await scene(answer, { 'src/one.js': '' })
    staged.repository.stage({ 'src/one.js': broken })
    const { code, stderr } = await staged.interruptedWhen(() => staged.read() === whole, '--staged')
    expect([code, stderr]).toEqual([130, expect.stringContaining('`git diff --staged` shows it')])
    expect(stderr).not.toContain('agent undo')
  })

  it('does not say after an interruption between two steps that nothing was changed', async () => {
    const { interruptedWhen, read } = await scene()
    const { code, stderr } = await interruptedWhen(() => read() === linted, 'src', '--commit-result=each')
    expect([code, stderr]).toEqual([130, expect.stringContaining('after at least one step was applied')])
  })

  it.each([
    [['--rule', 'eqeqeq'], ['eqeqeq']],
    [['--rule', 'eslint/no-var'], ['no-var']],
    [['--severity', 'error'], ['no-var']],
    [['--tool', 'biome,tsc'], []],
    [
      ['--tool', 'eslint'],
      ['no-var', 'eqeqeq'],
    ],
  ])('looks with %j for %j', async (flags, rules) => {
    const { ask, targets } = await scene()
    const { stdout } = await ask('src', '--dry-run', '--format', 'json', ...flags)
    expect(targets(stdout).map(({ rule }) => rule)).toEqual(rules)
  })

  it('repairs what its own report says is left', async () => {
    const { agent, ask, read, repository } = await scene()
    await agent('src', '--no-model', '--report', 'json=../report.json')
    // Lines move, and the report is found all the same.
    repository.write('src/one.js', `// Numbers.\n${read()}`)
    expect(await ask('--from', '../report.json')).toMatchObject({ code: 0 })
    expect(read()).toBe(`// Numbers.\n${whole}`)
  })

  it('repairs what a SARIF file says, and tells what nobody here could verify', async () => {
    const { ask, read, targets, repository } = await scene()
    const result = (ruleId: string, uri: string, startLine: number) => ({
      ruleId,
      message: { text: 'It is wrong.' },
      locations: [{ physicalLocation: { artifactLocation: { uri }, region: { startLine } } }],
    })
    const run = (name: string, ...results: unknown[]) => ({ tool: { driver: { name } }, results })
    const log = {
      version: '2.1.0',
      runs: [
        run('ESLint', result('eqeqeq', 'src/one.js', 2), result('no-var', 'src/one.js', 2)),
        run('Scanner', result('x', 'src/one.js', 1)),
      ],
    }
    writeFileSync(join(repository.root, '../scan.sarif'), JSON.stringify(log))
    const { code, stdout } = await ask('--from', '../scan.sarif', '--format', 'json')
    expect(targets(stdout).map(({ tool, outcome, reason }) => [tool, outcome, reason])).toEqual([
      ['eslint', 'fixed', ''],
      ['ESLint', 'not-attempted', 'It is not there any more.'],
      ['Scanner', 'not-attempted', expect.stringContaining('Scanner is no linter that this project uses')],
    ])
    expect([code, read()]).toEqual([1, broken.replace('==', '===')])
  })

  it('has nothing to do in a clean tree', async () => {
    const { ask } = await scene()
    expect(await ask()).toMatchObject({ code: 0, stdout: expect.stringContaining('there is nothing to repair') })
  })

  it.each([
    [['--patch', '-'], /a patch has none/],
    [['src', '--from', 'x.json'], /cannot be combined/],
    [['--from', 'missing.json'], /missing\.json cannot be read/],
    [['--from', 'package.json'], /neither a report of agent nor a SARIF file/],
    [['nowhere'], /"nowhere" is no file or folder/],
    [['../x'], /not a path inside/],
    [['--severity', 'fatal'], /fatal/],
    [['--commit-result', '--patch-out', 'x'], /--patch-out/],
  ])('refuses %j with exit code 2', async (args, message) => {
    const { ask } = await scene()
    const { code, stderr } = await ask(...args)
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)])
  })
})
