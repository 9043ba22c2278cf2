import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { reportSchema } from '../../src/domain/report.ts'
import { fixResultSchema } from '../../src/domain/result.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { installed } from '../helpers/linter-runner.ts'
import { type ChatRequest, startScriptedServer } from '../helpers/scripted-server.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { runAgent } from './run-agent.ts'

const risky = 'export const firstName = (list) => list[0].name'
const safe = "export const firstName = (list) => list[0]?.name ?? ''"
const config = `export default [{ rules: { eqeqeq: 'error', 'no-debugger': 'error' } }]\n`
const claimed = {
  quote: risky,
  line: 1,
  trigger: 'The list is empty.',
  effect: 'It throws.',
  category: 'null',
  severity: 'error',
  title: 'An empty list has no first entry',
}

const textOf = ({ messages }: ChatRequest) => messages.map(({ content }) => content ?? '').join('\n')
const kindOf = (request: ChatRequest) =>
  ['one claim about it', 'You repair problems', 'You review'].findIndex((words) => textOf(request).includes(words))

/** A model that finds one defect, repairs it, and sees that it is gone. */
function answer(request: ChatRequest): { text: string } {
  const shown = textOf(request)
  const isRisky = shown.includes(risky)
  switch (kindOf(request)) {
    case 0:
      return { text: JSON.stringify({ quote: isRisky ? risky : safe, reason: 'It is so.', verdict: isRisky ? 'present' : 'absent' }) }
    case 1:
      return { text: `\`\`\`js\n${safe}\n\`\`\`\n` }
    default:
      return { text: JSON.stringify(isRisky ? { findings: [claimed], none: false } : { findings: [], none: true }) }
  }
}

async function scene({ staged = false, say = answer }: { staged?: boolean; say?: typeof answer } = {}) {
  const repository = temporaryRepository({
    files: { '.gitignore': 'node_modules\n', 'package.json': '{"name":"demo","type":"module"}', 'eslint.config.js': config },
  })
  mkdirSync(join(repository.root, 'node_modules'))
  symlinkSync(join(installed, '.bin'), join(repository.root, 'node_modules/.bin'))
  const home = temporaryFolder()
  const server = await startScriptedServer({ answer: say })
  onTestFinished(async () => {
    repository.remove()
    home[Symbol.dispose]()
    await server.close()
  })
  if (staged) repository.stage({ 'src/first.js': `${risky}\n` })
  else repository.write('src/first.js', `${risky}\n`)
  const environment = { ...repository.environment, AGENT_HOME: home.path }
  const agent = (...args: readonly string[]) => runAgent(args, { cwd: repository.root, environment })
  const asking = ['--sandbox', 'host', '--base-url', server.baseUrl, '--model', 'scripted']
  const fix = (...args: readonly string[]) => agent('fix', ...args, ...asking)
  const review = (...args: readonly string[]) => agent('review', ...args, ...asking.slice(2))
  const read = () => readFileSync(join(repository.root, 'src/first.js'), 'utf8')
  const report = (stdout: string) => reportSchema.parse(JSON.parse(stdout))
  const targets = (stdout: string) => fixResultSchema.parse(report(stdout).result).targets
  return { repository, server, agent, fix, review, read, report, targets }
}

describe('agent fix --review', () => {
  it('reviews the change, and repairs what it finds in the same run', async () => {
    const { fix, read, report, server, targets } = await scene()
    const { code, stdout } = await fix('--review', '--format', 'json')
    expect([code, read()]).toEqual([0, `${safe}\n`])
    expect(targets(stdout)).toMatchObject([{ tool: 'review', rule: 'null', path: 'src/first.js', line: 1, outcome: 'fixed', by: 'model' }])
    expect(server.chatRequests.map(({ body }) => kindOf(body!))).toEqual([2, 0, 1, 0])
    const { usage, coverage } = report(stdout)
    // Both parts are counted, and what the review has seen is told.
    expect(usage.requests).toBe(4)
    expect(coverage).toMatchObject({ changedLines: 1, seenLines: 1, files: [{ path: 'src/first.js', skipped: null }] })
  })

  it('says on the terminal what was found, by whom it was repaired, and how to take it back', async () => {
    const { agent, fix, read } = await scene()
    const { stdout, stderr } = await fix('--review')
    expect(stderr).toBe('src/first.js:1 review/null: fixed\n')
    expect(stdout).toContain('src/first.js:1 review/null\n    repaired by the model')
    expect(stdout).toContain('`agent undo` takes it back')
    expect(await agent('undo')).toMatchObject({ code: 0 })
    expect(read()).toBe(`${risky}\n`)
  })

  it('recalls a review that was made before, and asks only about the repair', async () => {
    const { fix, review, server } = await scene()
    await review()
    const reviewed = server.chatRequests.length
    await fix('--review', '--dry-run')
    expect(server.chatRequests.slice(reviewed).map(({ body }) => kindOf(body!))).toEqual([0, 1, 0])
  })

  it('repairs what is staged where it is staged', async () => {
    const { fix, read, repository } = await scene({ staged: true })
    const rest = '\nexport const one = 1\nexport const two = 2\n'
    repository.stage({ 'src/first.js': `${risky}\n${rest}` })
    writeFileSync(join(repository.root, 'src/first.js'), `${risky}\n${rest}// not staged\n`)
    const { code, stdout } = await fix('--review', '--staged')
    expect([code, stdout]).toEqual([0, expect.stringContaining('the repairs are staged')])
    expect([repository.git('show', ':src/first.js'), read()]).toEqual([`${safe}\n${rest}`, `${safe}\n${rest}// not staged\n`])
  })

  it('also repairs what the checks and linters of the review found', async () => {
    const key = ['sk', 'live', '4eC39HqLyjWDarjtT1zdp7dc'].join('_')
    const both = `export const apiKey = '${key}'\nexport const isTwo = (value) => value == 2\n`
    const { fix, read, repository, targets } = await scene({
      say(request) {
        if (kindOf(request) !== 1) return { text: '{"findings":[],"none":true}' }
        const [, region = ''] = /BEGIN\n(.*)\nEND/s.exec(textOf(request)) ?? []
        return { text: `\`\`\`js\n${region.replace(/'sk_[^']*'/, 'process.env.API_KEY').replace(' == ', ' === ')}\n\`\`\`\n` }
      },
    })
    repository.write('src/first.js', both)
    const { code, stdout } = await fix('--review', '--format', 'json')
    expect([code, [...new Set(targets(stdout).map(({ tool, outcome }) => `${tool} ${outcome}`))].toSorted()]).toEqual([
      0,
      ['check fixed', 'eslint fixed'],
    ])
    expect(read()).toBe(both.replace(`'${key}'`, 'process.env.API_KEY').replace(' == ', ' === '))
  })

  it('asks a check that compares with what was there before, which a review knows', async () => {
    const strict = `import assert from 'node:assert/strict'
import { test } from 'node:test'
test('two', () => {
  assert.equal(1 + 1, 2)
})
`
    const { fix, repository, targets } = await scene({
      say: (request) => ({ text: kindOf(request) === 1 ? `\`\`\`js\n${strict}\`\`\`\n` : '{"findings":[],"none":true}' }),
    })
    const manifest = '{"name":"demo","type":"module","scripts":{"test":"node --test"}}'
    repository.commit('A test', { 'src/two.test.js': strict, 'package.json': manifest })
    repository.write('src/two.test.js', strict.replace('assert.equal(1 + 1, 2)', 'assert.ok(1 + 1)'))
    const { stdout } = await fix('--review', 'src/two.test.js', '--format', 'json')
    expect(targets(stdout)).toMatchObject([
      { tool: 'check', rule: 'weakened-assertions', outcome: 'fixed', verifiedBy: ['check', 'linter', 'tests'] },
    ])
    expect(repository.git('status', '--porcelain', 'src/two.test.js')).toBe('')
  })

  it('leaves alone what the baseline accepts', async () => {
    const { agent, fix, repository, review } = await scene()
    await review('--report', 'json=../report.json')
    expect(await agent('baseline', 'create', '--from', '../report.json', '--baseline', '../baseline.json')).toMatchObject({ code: 0 })
    const accepting = await fix('--review', '--baseline', '../baseline.json')
    expect(accepting).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing to repair') })
    expect(repository.git('status', '--porcelain')).toBe('?? src/\n')
  })

  it('reviews only what is among the paths', async () => {
    const { fix, read, repository } = await scene()
    repository.write('other/second.js', 'export const one = 1\n')
    expect(await fix('--review', 'other')).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing to repair') })
    expect(read()).toBe(`${risky}\n`)
  })

  it.each([
    [['--review', '--no-model'], 2, /--no-model/],
    [['--review', '--engine', 'none'], 2, /needs a model/],
    [['--review', '--from', 'report.json'], 2, /--from/],
    [['--review', '--patch', 'x.diff'], 2, /a patch has none/],
    [['--review', '--tool', 'nope'], 2, /no linter/],
    [['--review'], 3, /no model/],
  ])('%j ends with %i without a model', async (args, code, message) => {
    const { agent, read } = await scene()
    const { code: ended, stderr } = await agent('fix', ...args)
    expect([ended, stderr, read()]).toEqual([code, expect.stringMatching(message), `${risky}\n`])
  })

  it('is incomplete where the tokens end before the repair', async () => {
    const { fix, read } = await scene()
    const { code, stdout } = await fix('--review', '--max-tokens', '1')
    expect([code, stdout, read()]).toEqual([4, expect.stringContaining('the limit of 1 tokens was reached'), `${risky}\n`])
  })
})

describe('agent fix --from', () => {
  it.each(['json', 'sarif'])('repairs what a review has written as %s', async (format) => {
    const { fix, read, review, targets } = await scene()
    await review('--report', `${format}=report.out`)
    const { code, stdout } = await fix('--from', 'report.out', '--format', 'json')
    expect(targets(stdout)).toMatchObject([{ tool: 'review', rule: 'null', line: 1, outcome: 'fixed' }])
    expect([code, read()]).toEqual([0, `${safe}\n`])
  })
})
