import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryRepository } from '../../helpers/git-repository.ts'
import { pathWithTools } from '../../helpers/programs.ts'
import { startScriptedServer } from '../../helpers/scripted-server.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'
import { runAgent } from '../run-agent.ts'
import { good, message, port } from './message-scene.ts'

/** A repository with a staged file, and a file for its message. The hooks are called without git, so that much can be tried. */
async function scene({ text = '\n# Please enter the commit message\n', answer = JSON.stringify(good) } = {}) {
  const repository = temporaryRepository({ files: { 'README.md': '# Demo\n' } })
  const home = temporaryFolder()
  const server = await startScriptedServer({ answer: () => answer })
  onTestFinished(async () => {
    await server.close()
    repository.remove()
    home[Symbol.dispose]()
  })
  repository.stage({ 'src/port.ts': port })
  const file = join(repository.root, '.git/COMMIT_EDITMSG')
  writeFileSync(file, text)
  const call = (hook: string, args: readonly string[], environment: Record<string, string> = {}) =>
    runAgent(['hooks', 'run', hook, '--', ...args], {
      cwd: repository.root,
      environment: { ...repository.environment, AGENT_HOME: home.path, GIT_EDITOR: 'vi', ...environment },
    })
  const withModel = { AGENT_BASE_URL: server.baseUrl, AGENT_MODEL: 'scripted-model' }
  const path = '.git/COMMIT_EDITMSG'
  return { repository, server, call, path, withModel, written: () => readFileSync(file, 'utf8') }
}

const hints = '\n# Please enter the commit message\n'

describe('prepare-commit-msg, called by git', () => {
  it('puts the message above what is there', async () => {
    const { call, path, withModel, written } = await scene()
    expect(await call('prepare-commit-msg', [path], withModel)).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(written()).toBe(`${message}\n${hints}`)
  })

  it.each([
    [[''], {}, true],
    [['template'], {}, true],
    [['message'], {}, false],
    [['commit', 'HEAD'], {}, false],
    [['merge'], {}, false],
    [['squash'], {}, false],
    [['{2}'], {}, false],
    [[], { PRE_COMMIT_COMMIT_MSG_SOURCE: 'message' }, false],
    [[], { PRE_COMMIT_COMMIT_MSG_SOURCE: 'template' }, true],
    [[], { GIT_EDITOR: ':' }, false],
    [[], { GIT_EDITOR: '/usr/bin/true' }, false],
    [[], { GIT_EDITOR: '', VISUAL: '', EDITOR: '' }, true],
    [[], { GIT_EDITOR: '', EDITOR: 'true' }, false],
  ])('with the source %j and %j writes a message: %s', async (args, environment, isWritten) => {
    const { call, path, withModel, written } = await scene()
    await call('prepare-commit-msg', [path, ...args], { ...withModel, ...environment })
    expect(written().startsWith(message)).toBe(isWritten)
  })

  it('leaves the file alone where somebody has written into it, and where nothing is staged', async () => {
    const mine = await scene({ text: 'my own words\n' })
    await mine.call('prepare-commit-msg', [mine.path], mine.withModel)
    const empty = await scene()
    empty.repository.git('reset', '-q')
    expect(await empty.call('prepare-commit-msg', [empty.path], empty.withModel)).toMatchObject({ code: 0, stderr: '' })
    expect([mine.written(), empty.written()]).toEqual(['my own words\n', hints])
  })

  it('says what is staged in a comment, and why, where there is no message', async () => {
    const summary = '# 1 file changed, 3 lines added\n#   added  src/port.ts +3  (new function parsePort)\n#\n# Please'
    const { call, path, written } = await scene()
    await call('prepare-commit-msg', [path])
    expect(written()).toContain(`# agent: There is no model, so no message was written. What is staged:\n${summary}`)
    const named = await scene()
    writeFileSync(join(named.repository.root, 'agent.config.yaml'), 'engine: { use: daemon }\n')
    await named.call('prepare-commit-msg', [named.path])
    expect(named.written()).toContain(`# agent: No daemon is running. What is staged:\n${summary}`)
    const none = await scene()
    writeFileSync(join(none.repository.root, 'agent.config.yaml'), 'engine: { use: none }\n')
    await none.call('prepare-commit-msg', [none.path])
    expect(none.written()).toContain(`# agent: No model was to be asked. What is staged:\n${summary}`)
  })

  it('has hostile names in its comment as text on their line', async () => {
    const { call, path, written, repository } = await scene()
    repository.stage({ 'src/new\nfeat: pwned\n.ts': 'x\n', 'src/\u001b[31mred\u202e.ts': 'x\n' })
    await call('prepare-commit-msg', [path])
    expect(
      written()
        .trim()
        .split('\n')
        .every((line) => line.startsWith('#')),
    ).toBe(true)
    expect([written().includes('\u001b'), written().includes('\u202e'), written().includes('pwned')]).toEqual([false, false, true])
  })

  it('writes nothing where the encoding or the comment character does not allow it', async () => {
    const { call, path, withModel, written, repository } = await scene({
      answer: JSON.stringify({ ...good, subject: 'parse ports f\u00fcr alle', body: '' }),
    })
    repository.git('config', 'i18n.commitEncoding', 'koi8-r')
    await call('prepare-commit-msg', [path], withModel)
    expect(written()).not.toContain('alle')
  })

  it.each([
    [[], 'prepare-commit-msg was called without the file'],
    [['.git/missing'], 'no message was prepared'],
  ])('lets the commit go on where it is called wrongly with %j', async (args, told) => {
    const { call } = await scene()
    expect(await call('prepare-commit-msg', args)).toMatchObject({ code: 0, stderr: expect.stringContaining(told) })
  })
})

describe('commit-msg, called by git', () => {
  const check = async (
    text: string,
    environment: Record<string, string> = {},
    prepare: (opened: Awaited<ReturnType<typeof scene>>) => void = () => {},
  ) => {
    const opened = await scene({ text })
    prepare(opened)
    // Commits of the preparation have written their own message there.
    writeFileSync(join(opened.repository.root, opened.path), text)
    return opened.call('commit-msg', [opened.path], environment)
  }

  it.each([
    ['feat: parse ports\n', 0, ''],
    ['\n# only comments\n', 0, ''],
    ['fixup! anything\n', 0, ''],
    ['anything\n', 1, 'header-form: "anything" is not <type>'],
    ['deps: bump it\n', 1, 'type-enum: The type "deps" is none of'],
    [`feat: x\n\n${['ghp', '1234567890abcdefghijABCDEFGHIJ123456'].join('_')}\n`, 1, 'secret: Line 3 holds a secret (GitHub token)'],
    ['feat: parse ports\n\npassword = "kT9#vLq2mZx8"\n', 0, 'line 3 of the message looks as if it held a secret'],
  ])('answers %j with %s and %j', async (text, code, told) => {
    const result = await check(text)
    expect([result.code, result.stdout, result.stderr]).toEqual([code, '', told === '' ? '' : expect.stringContaining(told)])
  })

  it('knows the habits of the project', async () => {
    const habits = (header: string) => (opened: Awaited<ReturnType<typeof scene>>) => {
      for (let index = 0; index < 12; index++) opened.repository.commit(`${header} ${index}`)
    }
    expect(await check('anything\n', {}, habits('Change number'))).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('neither are most others'),
    })
    expect(await check('feat: parse ports\n', {}, habits('Change number'))).toMatchObject({ code: 0, stderr: '' })
    expect(await check('deps: bump it\n', {}, habits('deps: bump'))).toMatchObject({ code: 0, stderr: '' })
  })

  it('runs no configuration of a stranger', async () => {
    const configured = (opened: Awaited<ReturnType<typeof scene>>) =>
      writeFileSync(join(opened.repository.root, 'commitlint.config.mjs'), "throw new Error('was run')\n")
    const pullRequest = { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'pull_request', GITHUB_BASE_REF: 'main' }
    expect(await check('anything\n', pullRequest, configured)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('in a pull request'),
    })
  })

  it('asks the commitlint of the project', async () => {
    const packages = join(import.meta.dirname, '../../../node_modules')
    const configured = (rule: string) => (opened: Awaited<ReturnType<typeof scene>>) => {
      const { root } = opened.repository
      mkdirSync(join(root, 'node_modules'))
      for (const name of ['.bin', '@commitlint']) symlinkSync(join(packages, name), join(root, 'node_modules', name))
      writeFileSync(join(root, 'commitlint.config.mjs'), `export default { rules: { ${rule} } }\n`)
    }
    const onlyType = configured("'type-enum': [2, 'always', ['only']]")
    expect(await check('feat: x\n', { PATH: pathWithTools }, onlyType)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('type-enum: Type must be one of [only].'),
    })
    expect(await check('only: x\n', { PATH: pathWithTools }, onlyType)).toEqual({ code: 0, stdout: '', stderr: '' })
    const unknown = await check('only: x\n', { PATH: pathWithTools }, configured("'no-such-rule': [2, 'always']"))
    expect(unknown).toMatchObject({ code: 0, stderr: expect.stringContaining('could not check the message') })
  })

  it('quotes a path that a shell would take apart', async () => {
    const { call, repository } = await scene()
    writeFileSync(join(repository.root, "it's a message"), 'anything\n')
    expect((await call('commit-msg', ["it's a message"])).stderr).toContain(String.raw`git commit -e -F 'it'\''s a message'`)
  })

  it('lets the commit go on where it is called without a file', async () => {
    const { call } = await scene()
    expect(await call('commit-msg', [])).toMatchObject({ code: 0, stderr: expect.stringContaining('without the file') })
  })
})
