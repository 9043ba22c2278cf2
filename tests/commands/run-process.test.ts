import { EventEmitter } from 'node:events'
import { Writable } from 'node:stream'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type ProcessHost, runProcess } from '../../src/commands/run-process.ts'
import { version } from '../../src/domain/version.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

/** A process that is none: signals and broken pipes can be made to happen at a known moment. */
function host(argv: readonly string[], home: string) {
  const text = { stdout: '', stderr: '' }
  const stream = (name: 'stdout' | 'stderr') =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        text[name] += chunk.toString()
        done()
      },
    })
  const emitter = new EventEmitter()
  const fake = Object.assign(emitter, {
    argv: ['node', 'agent', ...argv],
    env: { AGENT_HOME: home } as NodeJS.ProcessEnv,
    cwd: () => home,
    stdin: process.stdin,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    exitCode: undefined as number | undefined,
  })
  const exits: number[] = []
  return { fake: fake as typeof fake & ProcessHost, text, exits, exitNow: (code: number) => void exits.push(code) }
}

afterEach(() => void vi.useRealTimers())

describe('a process', () => {
  it('sets the exit code and forces nothing', async () => {
    using folder = temporaryFolder()
    const { fake, text, exits, exitNow } = host(['--version'], folder.path)
    await runProcess(fake, exitNow)
    expect({ code: fake.exitCode, ...text, exits }).toEqual({ code: 0, stdout: `${version}\n`, stderr: '', exits: [] })
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('that gets %s ends with %d, at once on the second, and by force when something hangs', async (name, code) => {
    using folder = temporaryFolder()
    const { fake, exits, exitNow } = host(['--version'], folder.path)
    vi.useFakeTimers()
    const done = runProcess(fake, exitNow)
    fake.emit(name)
    await done
    expect({ code: fake.exitCode, exits: [...exits] }).toEqual({ code, exits: [] })
    vi.advanceTimersByTime(899)
    expect(exits).toEqual([])
    vi.advanceTimersByTime(1)
    expect(exits).toEqual([code])
    fake.emit(name)
    expect(exits).toEqual([code, code])
  })

  it('says of an exception nobody caught that the mistake is ours', async () => {
    using folder = temporaryFolder()
    const { fake, text, exitNow } = host(['--version'], folder.path)
    const done = runProcess(fake, exitNow)
    fake.emit('uncaughtException', new Error('boom'))
    await done
    expect({ code: fake.exitCode, stderr: text.stderr.split('\n')[0] }).toEqual({
      code: 3,
      stderr: 'error: Something went wrong inside agent: boom',
    })
  })

  it('takes a closed pipe for no failure, and a full disk for one', async () => {
    using folder = temporaryFolder()
    const closed = host(['--version'], folder.path)
    await runProcess(closed.fake, closed.exitNow)
    closed.fake.stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    closed.fake.stderr.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    expect({ code: closed.fake.exitCode, stderr: closed.text.stderr }).toEqual({ code: 0, stderr: '' })

    const full = host(['--version'], folder.path)
    await runProcess(full.fake, full.exitNow)
    full.fake.stdout.emit('error', Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }))
    expect({ code: full.fake.exitCode, stderr: full.text.stderr }).toEqual({
      code: 3,
      stderr: 'error: The output cannot be written (ENOSPC: no space left on device, write).\n',
    })
  })

  it('says so when its folder is gone', async () => {
    using folder = temporaryFolder()
    const { fake, text, exitNow } = host(['--version'], folder.path)
    fake.cwd = () => {
      throw Object.assign(new Error('ENOENT: uv_cwd'), { code: 'ENOENT' })
    }
    await runProcess(fake, exitNow)
    expect({ code: fake.exitCode, stderr: text.stderr }).toEqual({
      code: 2,
      stderr: 'error: The current folder no longer exists.\nhint: Change to another one, or use -C.\n',
    })
  })
})
