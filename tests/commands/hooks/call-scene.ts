import { PassThrough, Writable } from 'node:stream'
import { Command } from 'commander'
import { onTestFinished } from 'vitest'
import { addGlobalFlags } from '../../../src/commands/flags.ts'
import type { HookName } from '../../../src/hook-managers/hook-manager.ts'
import { runHook } from '../../../src/commands/hooks/run-hook.ts'
import { temporaryRepository } from '../../helpers/git-repository.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'

/** A repository in which hooks are answered without a process of their own. */
export function callScene(files: Record<string, string> = { 'README.md': '# Demo\n' }) {
  const repository = temporaryRepository({ files })
  const home = temporaryFolder()
  onTestFinished(() => {
    repository.remove()
    home[Symbol.dispose]()
  })
  const run = async (
    name: HookName,
    options: {
      environment?: Record<string, string>
      signal?: AbortSignal
      cwd?: string
      input?: string | Error
      args?: readonly string[]
    } = {},
  ) => {
    const written = { stdout: '', stderr: '' }
    const stream = (to: keyof typeof written) =>
      new Writable({
        write(chunk: Buffer, _encoding, done) {
          written[to] += chunk.toString()
          done()
        },
      })
    const stdin = new PassThrough()
    if (options.input instanceof Error) stdin.destroy(options.input)
    else stdin.end(options.input ?? '')
    const command = addGlobalFlags(new Command('run'))
    command.parse([], { from: 'user' })
    const code = await runHook({
      name,
      args: options.args ?? [],
      command,
      context: {
        cwd: options.cwd ?? repository.root,
        environment: { ...repository.environment, AGENT_HOME: home.path, ...options.environment },
        stdin,
        stdout: stream('stdout'),
        stderr: stream('stderr'),
        signal: options.signal ?? new AbortController().signal,
      },
    })
    return { code, ...written }
  }
  return { repository, run }
}
