import { describe, expect, it } from 'vitest'
import { createProgram } from '../../src/commands/program.ts'
import { version } from '../../src/domain/version.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { runAgent } from './run-agent.ts'

const run = (...argv: string[]) => runAgent(argv, { cwd: '/' })

describe('agent', () => {
  it('prints its version', async () => {
    expect(await run('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
    expect(await run('-V')).toEqual(await run('--version'))
  })

  it('prints a short help, commands first, with every command in it', async () => {
    const { code, stdout } = await run('--help')
    expect(code).toBe(0)
    expect(stdout.split('\n').filter((line) => /^\S.*:$/.test(line))).toEqual(['Review:', 'Work:', 'Set up:', 'Options:'])
    expect([...stdout.matchAll(/^ {2}([a-z]+) {2,}[A-Z]/gm)].map(([, name]) => name)).toEqual(
      expect.arrayContaining(['review', 'baseline', 'init', 'config', 'models', 'doctor', 'completion']),
    )
    expect(stdout.split('\n').length).toBeLessThan(40)
    expect((await run('help')).stdout).toBe(stdout)
  })

  it('is told how without a command, and ends with 2 because nothing was run', async () => {
    const { code, stdout, stderr } = await run()
    expect({ code, stdout, isHelp: stderr.startsWith('Usage: agent <command> [options]\n') }).toEqual({ code: 2, stdout: '', isHelp: true })
    expect((await run('config')).code).toBe(2)
  })

  it('prints the help of a command with the flags of the program', async () => {
    const { stdout } = await run('config', 'show', '--help')
    expect(stdout).toMatch(/^Usage: agent config show \[options\]\n/)
    expect(stdout).toContain('--format <format>')
    expect(stdout).toMatch(/Global Options:\n[^]* -C <dir> +work in this folder/)
    expect((await run('help', 'config')).stdout).toMatch(/^Usage: agent config /)
  })

  it.each([
    [['reviw'], "Unknown command 'reviw'.", 'Did you mean review?'],
    [['config', 'shw'], "Unknown command 'shw'.", 'Did you mean show?'],
    [['config', 'show', '--formt', 'json'], "Unknown option '--formt'.", 'Did you mean --format?'],
    [
      ['config', 'show', '--format', 'jsn'],
      "Option '--format <format>' argument 'jsn' is invalid. Allowed choices are pretty, json.",
      'Did you mean json?',
    ],
    [
      ['config', 'show', '--format', 'xxxxx'],
      "Option '--format <format>' argument 'xxxxx' is invalid. Allowed choices are pretty, json.",
      '`agent --help` and `agent <command> --help` list what there is.',
    ],
    [['config', 'explain'], "Missing required argument 'key'.", '`agent --help` and `agent <command> --help` list what there is.'],
    [
      ['config', 'show', 'all'],
      "Too many arguments for 'show'. Expected 0 arguments but got 1: all.",
      '`agent --help` and `agent <command> --help` list what there is.',
    ],
    [
      ['review', '--staged', '--working'],
      "Option '--staged' cannot be used with option '--working'.",
      '`agent --help` and `agent <command> --help` list what there is.',
    ],
    [
      ['review', '--max-time', '5'],
      "Option '--max-time <duration>' argument '5' is invalid. It must be a duration such as 250ms, 10s, 5m, 1h30m or 90d.",
      '`agent --help` and `agent <command> --help` list what there is.',
    ],
  ])('refuses %j with 2 and a suggestion', async (argv, message, hint) => {
    expect(await run(...argv)).toEqual({ code: 2, stdout: '', stderr: `error: ${message}\nhint: ${hint}\n` })
  })

  it('lets no escape sequence of its arguments through', async () => {
    expect((await run('a\u001B[2Jb')).stderr).toContain("Unknown command 'a␛[2Jb'.")
  })

  it('is coloured where colours are on', async () => {
    const colored = (argv: string[], environment: Record<string, string>) => runAgent(argv, { cwd: '/', environment })
    expect((await colored(['--help'], { FORCE_COLOR: '1' })).stdout).toContain('\u001B[1mUsage:\u001B[0m agent')
    expect((await colored(['--no-color', '--help'], { FORCE_COLOR: '1' })).stdout).not.toContain('\u001B')
    expect((await colored(['nowhere'], { FORCE_COLOR: '1' })).stderr).toContain('\u001B[1;31merror:\u001B[0m ')
    expect((await colored(['--no-color', 'nowhere'], { FORCE_COLOR: '1' })).stderr).toMatch(/^error:/)
  })

  it('takes its flags before and after the command', async () => {
    using repository = temporaryRepository({ files: { 'a/x.json': '{"engine":{"seed":9}}' } })
    const outputs = [
      ['-C', 'a', '--config', 'x.json', 'config', 'show', '--format', 'json'],
      ['config', '-C', 'a', 'show', '--config', 'x.json', '--format', 'json'],
      ['config', 'show', '--format', 'json', '--config', 'x.json', '-C', 'a'],
    ].map(
      async (argv) =>
        JSON.parse((await runAgent(argv, { cwd: repository.root, environment: repository.environment })).stdout).settings['engine.seed'],
    )
    expect(await Promise.all(outputs)).toEqual(Array(3).fill({ value: 9, origin: 'project file x.json' }))
  })

  it('shows the stack only with --verbose', async () => {
    using folder = temporaryFolder({ '.agentrc': 'x: 1' })
    const stderrOf = async (...argv: string[]) => (await runAgent(argv, { cwd: folder.path })).stderr
    expect(await stderrOf('config', 'show')).not.toContain('    at ')
    expect(await stderrOf('config', 'show', '--verbose')).toContain('    at ')
  })

  it.each([130, 143] as const)('ends with %d when it was interrupted, whatever the command says', async (reason) => {
    using folder = temporaryFolder({ '.agentrc': 'x: 1' })
    const signal = AbortSignal.abort(reason)
    expect(await runAgent(['--version'], { cwd: '/', signal })).toMatchObject({ code: reason })
    expect(await runAgent(['config', 'show'], { cwd: folder.path, signal })).toMatchObject({ code: reason, stderr: '' })
  })
})

it('describes every command and flag, and starts each sentence alike', () => {
  const everything = createProgram({ environment: {} } as never, () => {})
  const commands = [everything, ...everything.commands]
    .flatMap((command) => [command, ...command.commands])
    .filter((command) => command.name() !== 'complete')
  expect(commands.filter((command) => command.description() === '').map((command) => command.name())).toEqual([])
  const options = commands.flatMap((command) => command.options.filter(({ hidden }) => !hidden))
  expect(options.filter(({ description }) => description === '' || /^[A-Z][a-z]|\.$/.test(description)).map(({ flags }) => flags)).toEqual(
    [],
  )
})
