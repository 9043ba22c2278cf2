import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { answerOf, defect, installHook } from '../../helpers/hook-scene.ts'
import { startScriptedServer } from '../../helpers/scripted-server.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'
import { callScene } from './call-scene.ts'

const broken = `export function start() {\n  ${defect}\n}\n`

describe('pre-commit', () => {
  it('asks the model about what is staged, and recalls what it said', async () => {
    const server = await startScriptedServer({ answer: answerOf })
    onTestFinished(() => server.close())
    const { repository, run } = callScene()
    repository.stage({ 'src/a.ts': broken })
    const environment = { AGENT_BASE_URL: server.baseUrl, AGENT_MODEL: 'scripted-model' }
    const [first, second] = [await run('pre-commit', { environment }), await run('pre-commit', { environment })]
    expect([first.code, second, server.chatRequests.length]).toEqual([1, first, 1])
    expect(first.stderr).toContain('Look closer:  agent review --staged\n')
  })

  it('points to what is not committed where git made an index for this commit only', async () => {
    const { repository, run } = callScene()
    repository.stage({ 'a.test.ts': "it.only('a', () => {})\n" })
    const environment = { AGENT_ENGINE_USE: 'none', GIT_INDEX_FILE: join(repository.root, '.git/index.lock') }
    repository.gitBytes(['read-tree', 'HEAD'], { environment })
    repository.gitBytes(['add', '.'], { environment })
    const { code, stderr } = await run('pre-commit', { environment })
    expect([code, stderr]).toEqual([1, expect.stringContaining('Look closer:  agent review\n')])
  })

  it('says nothing of a compiler that was only stopped because the time was over', async () => {
    const { repository, run } = callScene({
      'package.json': '{ "devDependencies": { "typescript": "5" } }',
      'tsconfig.json': '{}',
      '.gitignore': 'node_modules\n',
    })
    const compiler = join(repository.root, 'node_modules/typescript/bin/tsc')
    repository.write('node_modules/typescript/package.json', '{ "name": "typescript", "version": "5.9.0", "bin": { "tsc": "bin/tsc" } }')
    installHook(compiler, `echo asked >'${compiler}.log'; exec sleep 600`)
    mkdirSync(join(repository.root, 'node_modules/.bin'))
    symlinkSync('../typescript/bin/tsc', join(repository.root, 'node_modules/.bin/tsc'))
    repository.stage({ 'src/a.ts': 'export const a = 1\n' })
    const environment = { AGENT_ENGINE_USE: 'none', AGENT_HOOKS_PRE_COMMIT_MAX_TIME: '2s', AGENT_HOOK_STRICT: '1' }
    expect(await run('pre-commit', { environment })).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(existsSync(`${compiler}.log`)).toBe(true)
  })

  it('gives up on what does not end by itself', async () => {
    const { repository, run } = callScene()
    repository.stage({ 'src/a.ts': 'export const a = 1\n' })
    using programs = temporaryFolder()
    const path = repository.environment.PATH ?? ''
    installHook(join(programs.path, 'git'), `case "$*" in *" diff "*) exec sleep 600;; esac\nPATH='${path}' exec git "$@"`)
    const environment = { PATH: `${programs.path}:${path}`, AGENT_ENGINE_USE: 'none', AGENT_HOOKS_PRE_COMMIT_MAX_TIME: '100ms' }
    expect(await run('pre-commit', { environment })).toEqual({
      code: 0,
      stdout: '',
      stderr: 'agent: this commit was not reviewed: It took much longer than 100ms. See with `agent review --staged` what takes so long.\n',
    })
  })
})
