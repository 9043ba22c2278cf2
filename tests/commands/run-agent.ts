import { PassThrough, Writable } from 'node:stream'
import type { CommandContext } from '../../src/commands/command.ts'
import { runProgram } from '../../src/commands/program.ts'

export interface AgentRun {
  code: number
  stdout: string
  stderr: string
}

export interface AgentRunOptions {
  cwd: string
  environment?: Readonly<Record<string, string | undefined>>
  signal?: AbortSignal
  /** Whether stderr and stdin look like a terminal. */
  terminal?: boolean
  /** Typed by the person at the terminal; without it, stdin stays open and silent. */
  input?: string
}

/** Runs one command line of the real program, without a process of its own. */
export async function runAgent(
  argv: readonly string[],
  { cwd, environment = {}, signal, terminal = false, input }: AgentRunOptions,
): Promise<AgentRun> {
  const [stdout, stderr] = [collect(false), collect(terminal)]
  const stdin = Object.assign(new PassThrough(), { isTTY: terminal })
  if (input !== undefined) stdin.end(input)
  const context: CommandContext = { cwd, environment, stdin, stdout, stderr, signal: signal ?? new AbortController().signal }
  const code = await runProgram(argv, context)
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}

function collect(isTTY: boolean) {
  const chunks: string[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString())
      done()
    },
  })
  return Object.assign(stream, { isTTY, columns: 100, text: () => chunks.join('') })
}
