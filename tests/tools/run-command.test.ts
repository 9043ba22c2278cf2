import { describe, expect, it } from 'vitest'
import { commandText } from '../../src/tools/command-text.ts'
import { runCommand } from '../../src/tools/run-command.ts'
import type { Command } from '../../src/workspace/command.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { toolContract } from './contract.ts'
import { toolContext } from './tool-context.ts'

toolContract(runCommand, {
  files: { 'src/a.ts': '' },
  input: { command: 'printf "a\\033[31mb"', directory: 'src', timeout_seconds: 9 },
  pathFields: ['directory'],
})

async function run(command: string, input: Record<string, unknown> = {}, commandTimeout = 60_000) {
  using repository = temporaryRepository({ files: { 'src/a.ts': 'one\n' } })
  const { text, data } = await runCommand.run(runCommand.input.parse({ command, ...input }), toolContext(repository, { commandTimeout }))
  return { text: text.replace(/after [\d.]+ s/, 'after N s'), data }
}

describe('run_command', () => {
  it.each([
    ['ls', {}, 'Exit code 0 after N s.\n--- stdout\nsrc'],
    ['cat a.ts; echo no >&2; exit 3', { directory: 'src' }, 'Exit code 3 after N s.\n--- stdout\none\n--- stderr\nno'],
    ['true', {}, 'Exit code 0 after N s.\nIt printed nothing.'],
    ['kill -KILL $$', {}, 'Ended by SIGKILL after N s.\nIt printed nothing.'],
    ['sleep 60', { timeout_seconds: 1 }, 'Killed because its time was over, after N s.\nIt printed nothing.'],
  ])('runs %j with %j', async (command, input, expected) => {
    expect((await run(command, input)).text).toBe(expected)
  })

  it('tells events how the command ended', async () => {
    expect((await run('exit 7')).data).toEqual({ command: 'exit 7', ending: { kind: 'exited', code: 7 }, durationMs: expect.any(Number) })
  })

  it('gives a command no more time than the run allows', async () => {
    using repository = temporaryRepository()
    const asked: Command[] = []
    const context = toolContext(repository, {
      commandTimeout: 5000,
      run: async (command) => {
        asked.push(command)
        return { ending: { kind: 'exited', code: 0 }, stdout: '', stderr: '', durationMs: 1 }
      },
    })
    for (const timeout_seconds of [2, 600]) await runCommand.run({ command: 'a "b"', directory: '.', timeout_seconds }, context)
    expect(asked.map(({ argv, timeout }) => ({ argv, timeout }))).toEqual([
      { argv: ['sh', '-c', 'a "b"'], timeout: 2000 },
      { argv: ['sh', '-c', 'a "b"'], timeout: 5000 },
    ])
  })

  it.each([
    [{ command: 'a\0b' }, 'The command contains a NUL character'],
    [{ command: 'ls', directory: 'src/a.ts' }, 'src/a.ts is not a folder of the repository.'],
    [{ command: 'ls', directory: 'gone' }, 'gone is not a folder of the repository.'],
  ])('refuses %j', async (input, message) => {
    await expect(run('', input)).rejects.toThrow(message)
  })
})

describe('the text of a result', () => {
  it.each([
    [{ kind: 'timeout' }, 'Killed because its time was over, after 1.2 s.'],
    [{ kind: 'out-of-memory' }, 'Killed because it took too much memory, after 1.2 s.'],
    [{ kind: 'output-limit' }, 'Killed because it printed too much, after 1.2 s.'],
    [{ kind: 'not-found' }, 'The program is not installed, or may not be executed: nothing ran, after 1.2 s.'],
    [{ kind: 'signalled', signal: 'SIGTERM' }, 'Ended by SIGTERM after 1.2 s.'],
  ] as const)('says of %j how it ended', (ending, expected) => {
    expect(commandText({ ending, stdout: '', stderr: '', durationMs: 1234 })).toBe(`${expected}\nIt printed nothing.`)
  })

  it('has no colours, no overwritten lines and nothing hidden', () => {
    const stdout = '\u001b[32mok\u001b[0m\r\n10%\r50%\r100%\ndone\r\n\u001b]0;title\u0007a\bb\u202e\n\n'
    expect(commandText({ ending: { kind: 'exited', code: 0 }, stdout, stderr: '', durationMs: 0 })).toBe(
      'Exit code 0 after 0.0 s.\n--- stdout\nok\n100%\ndone\na␈b<U+202E>',
    )
  })
})
