import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Report, reportSchema } from '../../src/domain/report.ts'
import type { ScriptedServer } from '../helpers/scripted-server.ts'
import { brokenFile, brokenRepository, comparable, fileOf, startModel } from './batch-scene.ts'
import { runAgent } from './run-agent.ts'

type Repository = ReturnType<typeof brokenRepository>

function inRepository(repository: Repository, server?: ScriptedServer) {
  const options = { cwd: repository.root, environment: { ...repository.environment, AGENT_HOME: repository.home } }
  const engine = server ? ['--base-url', server.baseUrl] : ['--engine', 'none']
  const run = (argv: readonly string[], more = {}) => runAgent([...argv, ...engine], { ...options, ...more })
  const report = async (argv: readonly string[]): Promise<Report> =>
    reportSchema.parse(JSON.parse((await run([...argv, '--format', 'json'])).stdout))
  return { run, report, plain: (...argv: string[]) => runAgent(argv, options) }
}

const readSource = ({ root }: Repository, name: string) => readFileSync(join(root, 'src', `${name}.js`), 'utf8')

describe('agent batch review', () => {
  it('tells of a change what a single review tells of it', async () => {
    await using model = await startModel()
    const repository = brokenRepository(3)
    repository.write('src/f01.js', `${brokenFile('f01')}export const more = 1\n`)
    repository.write('src/f02.js', brokenFile('f02').replace('a, b', 'a, b, c'))
    repository.write('logo.bin', Buffer.from([0, 1, 2]))
    repository.commit('A change')
    const { run } = inRepository(repository, model)
    const change = ['--commit', 'HEAD', '--format', 'json', '--fail-on', 'never']
    const [whole, batch] = [await run(['review', ...change]), await run(['batch', 'review', ...change])]
    expect(batch.code).toBe(0)
    expect(comparable(batch.stdout)).toEqual(comparable(whole.stdout))
  })

  it('looks at whole files where no change is named, and asks again only for what has changed', async () => {
    await using model = await startModel()
    const repository = brokenRepository(3)
    const { report } = inRepository(repository, model)
    const first = await report(['batch', 'review', 'src'])
    expect(first.findings.map(({ rule, region }) => `${rule} ${region.path}:${region.startLine}`)).toEqual(
      ['f01', 'f02', 'f03'].flatMap((name) => [`oxlint/eslint/eqeqeq src/${name}.js:2`, `review/logic src/${name}.js:2`]),
    )
    repository.write('src/f02.js', `${brokenFile('f02')}// more\n`)
    const second = await report(['batch', 'review', 'src'])
    expect(model.chatRequests.map(({ body }) => body && fileOf(body)).toSorted((a, b) => (String(a) < String(b) ? -1 : 1))).toEqual([
      'src/f01.js',
      'src/f02.js',
      'src/f02.js',
      'src/f03.js',
    ])
    expect(second.coverage.files.map(({ path, seenLines }) => [path, seenLines])).toEqual([
      ['src/f01.js', 3],
      ['src/f02.js', 4],
      ['src/f03.js', 3],
    ])
  })

  it('is merged from shards as if there had been none', async () => {
    await using model = await startModel()
    const repository = brokenRepository(5)
    const { run, plain } = inRepository(repository, model)
    const whole = await run(['batch', 'review', 'src', '--format', 'json', '--fail-on', 'never'])
    for (const shard of ['1', '2'])
      expect(
        (await run(['batch', 'review', 'src', '--shard', `${shard}/2`, '--format', 'json', '--output', `../s${shard}.json`])).code,
      ).toBe(1)
    const merged = await plain('merge', '../s1.json', '../s2.json', '--format', 'json', '--fail-on', 'never')
    expect(comparable(merged.stdout)).toEqual(comparable(whole.stdout))
  })

  it('only lists the units with --dry-run', async () => {
    const repository = brokenRepository(2)
    repository.stage({
      'web/package.json': '{}',
      'web/a.js': '1',
      'web/lib/b.js': '2',
      'web/logo.bin': Buffer.from([0, 1]),
      'yarn.lock': '#',
    })
    const { run } = inRepository(repository)
    expect((await run(['batch', 'review', '--dry-run', 'src', 'web'])).stdout).toBe(
      '5 files:\n  src/f01.js\n  src/f02.js\n  web/a.js\n  web/lib/b.js\n  web/package.json\n',
    )
    repository.stage({ 'web/a.test.js': '3', 'web/a.css': 'a {}' })
    expect((await run(['batch', 'mutate', '--dry-run', 'web'])).stdout).toBe('2 files:\n  web/a.js\n  web/lib/b.js\n')
    repository.git('rm', '--quiet', '--force', 'web/a.test.js', 'web/a.css')
    expect((await run(['batch', 'review', '--dry-run', '--per', 'package'])).stdout).toBe('2 packages:\n  .  5 files\n  web  3 files\n')
  })

  it('has nothing to say of no files, and refuses a path that is nowhere', async () => {
    const repository = brokenRepository(1)
    repository.stage({ 'docs/logo.bin': Buffer.from([0, 1]) })
    const { run } = inRepository(repository)
    expect(await run(['batch', 'review', 'docs'])).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing to review') })
    expect(await run(['batch', 'review', 'srcc'])).toMatchObject({ code: 2, stderr: expect.stringContaining('"srcc" is no file') })
  })
})

describe('agent batch fix', () => {
  it('applies each file as it ends, and looks anew once the batch is done', async () => {
    await using model = await startModel()
    const repository = brokenRepository(2)
    const { run, report } = inRepository(repository, model)
    const first = await run(['batch', 'fix', 'src'])
    expect(first.code).toBe(0)
    expect(first.stdout).toContain('2 of 2 problems repaired; applied in 2 steps')
    expect(first.stderr).toMatch(/^1\/2 src\/f01\.js: 1 of 1 problem repaired; `agent undo` takes it back \([\d.]+s\)\n2\/2 src\/f02\.js: /)
    expect(readSource(repository, 'f02')).toContain('===')
    expect(await report(['batch', 'fix', 'src'])).toMatchObject({ summary: 'there is nothing to repair', patch: '' })
    expect(model.chatRequests).toHaveLength(2)
  })

  it('goes on after its limit of tokens, and does not look again at what it has repaired', async () => {
    await using model = await startModel()
    const repository = brokenRepository(3)
    const { run, report } = inRepository(repository, model)
    const stopped = await run(['batch', 'fix', 'src', '--max-tokens', '1', '--fail-on', 'never'])
    expect(stopped.code).toBe(4)
    expect(stopped.stdout).toContain('2 of 3 files were not begun: the limit of 1 token was reached.')
    const rest = await report(['batch', 'fix', 'src'])
    expect(rest).toMatchObject({ completeness: 'complete', usage: { requests: 2, cacheHits: 1 } })
    expect(rest.result).toMatchObject({ targets: ['f01', 'f02', 'f03'].map((name) => ({ path: `src/${name}.js`, outcome: 'fixed' })) })
  })

  it('looks again at a file that somebody has changed since it was repaired', async () => {
    await using model = await startModel()
    const repository = brokenRepository(2)
    const { run, report } = inRepository(repository, model)
    await run(['batch', 'fix', 'src', '--max-tokens', '1'])
    writeFileSync(join(repository.root, 'src/f01.js'), `${brokenFile('f01')}${brokenFile('again')}`)
    const rest = await report(['batch', 'fix', 'src'])
    expect(rest.result).toMatchObject({
      targets: [{ path: 'src/f01.js', line: 2 }, { path: 'src/f01.js', line: 5 }, { path: 'src/f02.js' }],
    })
  })

  it('writes one patch instead, which git applies', async () => {
    await using model = await startModel()
    const repository = brokenRepository(2)
    const { run } = inRepository(repository, model)
    expect((await run(['batch', 'fix', 'src', '--patch-out', '../all.patch'])).code).toBe(0)
    expect(readSource(repository, 'f01')).toBe(brokenFile('f01'))
    repository.git('apply', '../all.patch')
    expect([readSource(repository, 'f01'), readSource(repository, 'f02')]).toEqual(
      ['f01', 'f02'].map((name) => brokenFile(name).replace('==', '===')),
    )
  })

  it('remembers nothing with --no-cache', async () => {
    await using model = await startModel()
    const repository = brokenRepository(1)
    const { run } = inRepository(repository, model)
    for (let time = 0; time < 2; time++) await run(['batch', 'fix', 'src', '--dry-run', '--no-cache'])
    expect(model.chatRequests).toHaveLength(2)
    for (let time = 0; time < 2; time++) await run(['batch', 'fix', 'src', '--dry-run'])
    expect(model.chatRequests).toHaveLength(3)
  })
})

describe('a unit that fails', () => {
  it('does not stop the others, and the exit code tells of it', async () => {
    await using model = await startModel({ answer: (file) => (file === 'src/f02.js' ? 'I would rather not.' : undefined) })
    const { run } = inRepository(brokenRepository(3), model)
    const { code, stdout, stderr } = await run(['batch', 'explain', 'src'])
    expect(code).toBe(3)
    expect(stderr).toMatch(/^\d\/3 src\/f02\.js: /m)
    expect(stdout).toContain('f03 compares')
    expect(stdout).toContain('src/f02.js: ')
  })

  it('is the last one with --fail-fast', async () => {
    await using model = await startModel({ answer: (file) => (file === 'src/f01.js' ? 'I would rather not.' : undefined) })
    const { report } = inRepository(brokenRepository(3), model)
    const { notices } = await report(['batch', 'explain', 'src', '--fail-fast', '--jobs', '1'])
    expect(notices.at(-1)?.message).toBe('2 of 3 files were not begun: src/f01.js failed.')
  })

  it('ends the batch when the server is gone', async () => {
    const model = await startModel()
    const { run } = inRepository(brokenRepository(6), model)
    await model.close()
    const { code, stderr } = await run(['batch', 'explain', 'src', '--jobs', '1'])
    expect(code).toBe(3)
    expect(stderr).toMatch(/^3\/6 /m)
    expect(stderr).not.toMatch(/^4\/6 /m)
  })
})

describe('agent batch', () => {
  it('refuses what only a single run can do', async () => {
    const { plain } = inRepository(brokenRepository(1))
    expect(await plain('batch', 'review', '--pr', '3')).toMatchObject({ code: 2, stderr: expect.stringContaining('has no use for --pr.') })
    expect(await plain('batch', 'fix', '--from', 'x.json')).toMatchObject({ code: 2, stderr: expect.stringContaining('--from') })
    expect((await plain('batch')).code).toBe(2)
    expect((await plain('batch', 'reviw')).stderr).toContain('Did you mean review?')
    expect((await plain('batch', 'fix', '--rule')).code).toBe(2)
  })

  it('says how to go on when it is interrupted', async () => {
    const controller = new AbortController()
    await using model = await startModel({
      answer(file) {
        if (file === 'src/f02.js') controller.abort(130)
        return undefined
      },
    })
    const { run } = inRepository(brokenRepository(3), model)
    const { code, stderr } = await run(['batch', 'fix', 'src'], { signal: controller.signal })
    expect(code).toBe(130)
    expect(stderr).toContain('The same command goes on from here. What was applied stays; `agent undo` takes back the last change.\n')
  })

  it('draws one line on a terminal, and takes it away', async () => {
    await using model = await startModel()
    const { run } = inRepository(brokenRepository(2), model)
    const { stderr } = await run(['batch', 'explain', 'src', '--jobs', '1'], { terminal: true })
    expect(stderr).toMatch(/0\/2 files · src\/f01\.js · [\d.]+s/)
    expect(stderr).toMatch(/1\/2 files · src\/f02\.js · [\d.]+s · about [\d.]+s left/)
    expect(stderr.endsWith('\r\u001B[2K')).toBe(true)
  })

  it('puts the file into the task of a free run', async () => {
    await using model = await startModel({ answer: () => 'Nothing has to be done.' })
    const { report } = inRepository(brokenRepository(2), model)
    const { result, summary } = await report(['batch', 'run', 'Add a comment to {path}.', 'src'])
    expect(summary).toBe('2 runs')
    expect(result).toMatchObject({ task: 'batch', of: 'run', parts: [{ result: { task: 'run' } }, { result: { task: 'run' } }] })
    expect(
      model.chatRequests.map(({ body }) => JSON.stringify(body?.messages).includes(`Add a comment to ${body && fileOf(body)}.`)),
    ).toEqual([true, true])
  })
})
