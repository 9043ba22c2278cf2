import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

export interface AgentProcess {
  readonly child: ChildProcess
  readonly ended: Promise<AgentResult>
}

export interface AgentResult {
  code: number | null
  stdout: string
  stderr: string
  durationMs: number
}

interface ProcessOptions {
  cwd: string
  environment: Readonly<Record<string, string>>
  /** Written to stdin, which is closed then; without it, stdin stays open and silent. */
  input?: string
}

const entry = join(import.meta.dirname, '../../src/main.ts')

/** Starts the command as a user would, in a process of its own. Stdin is a pipe that nobody closes. */
export function startAgent(args: readonly string[], { cwd, environment, input }: ProcessOptions): AgentProcess {
  const startedAt = performance.now()
  const child = spawn(process.execPath, [entry, ...args], {
    cwd,
    env: { ...environment, NODE_COMPILE_CACHE: '' },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  if (input !== undefined) child.stdin.end(input)
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text))
  const ended = new Promise<AgentResult>((done, fail) => {
    child.once('error', fail)
    child.once('close', (code) => done({ code, ...output, durationMs: performance.now() - startedAt }))
  })
  return { child, ended }
}

/** Runs the command to its end. */
export function agent(args: readonly string[], options: ProcessOptions): Promise<AgentResult> {
  return startAgent(args, options).ended
}
