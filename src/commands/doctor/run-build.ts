import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { AppError } from '../../domain/errors.ts'
import { terminalLine } from '../../domain/trust-terminal.ts'
import type { CommandContext } from '../command.ts'

interface BuildRun {
  /** Of node-llama-cpp. */
  place: string
  environment: Readonly<Record<string, string>>
  stderr: CommandContext['stderr']
  signal: AbortSignal
}

/** What is told when it fails; a compiler says what is wrong at the end. */
const keptOutput = 4000
const toldLines = 5
const patienceMs = 500

/** Runs the library's own build, with one line of progress. Ends all of it with the signal. */
export async function runBuild({ place, environment, stderr, signal }: BuildRun): Promise<void> {
  signal.throwIfAborted()
  const argv = [join(place, 'dist', 'cli', 'cli.js'), 'source', 'download', '--gpu', 'false', '--noUsageExample']
  const child = spawn(process.execPath, argv, {
    cwd: place,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that compilers end with it.
    detached: process.platform !== 'win32',
  })
  const end = () => endGroup(child)
  signal.addEventListener('abort', end, { once: true })
  const progress = createProgress(stderr)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-keptOutput)
      progress.see(text)
    })
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    signal.throwIfAborted()
    if (code !== 0) throw failed(output)
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    progress.end()
    signal.removeEventListener('abort', end)
  }
}

/** ninja starts each compiler in a group of its own, and ends them when it is asked to; what does not go then is ended. */
function endGroup(child: ChildProcess): void {
  const kill = (name: 'SIGTERM' | 'SIGKILL') => {
    try {
      if (process.platform === 'win32') child.kill(name)
      else if (child.pid !== undefined) process.kill(-child.pid, name)
    } catch {
      // It has ended already.
    }
  }
  kill('SIGTERM')
  const timer = setTimeout(() => kill('SIGKILL'), patienceMs)
  child.once('close', () => clearTimeout(timer))
}

/** Percent from the lines of make (`[ 12%]`) and ninja (`[12/345]`): drawn over each other on a terminal, each tenth a line elsewhere. */
function createProgress(stderr: CommandContext['stderr']) {
  let told = -1
  return {
    see(text: string): void {
      const percent = percentIn(text)
      const step = stderr.isTTY === true ? percent : percent === null ? null : percent - (percent % 10)
      if (step === null || step <= told) return
      told = step
      stderr.write(stderr.isTTY === true ? `\r\u001B[2KCompiling: ${step} %` : `Compiling: ${step} %\n`)
    },
    end(): void {
      if (told >= 0 && stderr.isTTY === true) stderr.write('\r\u001B[2K')
    },
  }
}

/** The last one that stands in a text. */
export function percentIn(text: string): number | null {
  const [, percent, done, all] = [...text.matchAll(/\[ *(?:(\d{1,3})%|(\d{1,6})\/(\d{1,6}))\]/g)].at(-1) ?? []
  if (percent !== undefined) return Math.min(100, Number(percent))
  return done === undefined || Number(all) === 0 ? null : Math.min(100, Math.floor((100 * Number(done)) / Number(all)))
}

function failed(output: string): AppError {
  const lines = output.split(/\r?\n/).map((line) => terminalLine(line).trim())
  const telling = lines.filter((line) => /error|not found|cannot|failed/i.test(line))
  const said = (telling.length > 0 ? telling : lines.filter((line) => line !== '')).slice(-toldLines).join(' | ')
  return new AppError('ENGINE_FAILED', `The library could not be built: ${said.slice(0, 800) || 'the build says nothing'}`, {
    hint: 'The library that was there stays in use.',
  })
}
