import { spawn } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join, posix } from 'node:path'
import type { LintRequest } from '../../src/linters/linter.ts'
import type { Command, CommandEnding, RunCommand } from '../../src/workspace/command.ts'
import type { Project } from '../../src/workspace/project.ts'

/** Runs commands as they are on this machine: what the tests of adapters need of a sandbox. */
export function runOnHost(root: string, environment: Readonly<Record<string, string>> = {}): RunCommand {
  return (command) => spawned(command, root, { PATH: process.env.PATH ?? '', HOME: root, LC_ALL: 'C.UTF-8', ...environment })
}

async function spawned({ argv, directory, input, ...command }: Command, root: string, inherited: Record<string, string>) {
  const { promise, resolve } = Promise.withResolvers<CommandEnding>()
  const started = performance.now()
  const [program = '', ...more] = argv
  const child = spawn(program, more, {
    cwd: join(root, directory),
    env: { ...inherited, ...command.environment },
    signal: command.signal,
    detached: true,
  })
  const printed: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] }
  for (const stream of ['stdout', 'stderr'] as const) child[stream].on('data', (chunk: Buffer) => printed[stream].push(chunk))
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    // What it has started holds its pipes open.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  }, command.timeout)
  child.stdin.on('error', () => {})
  child.stdin.end(input ?? '')
  child.on('error', () => resolve({ kind: 'not-found' }))
  child.on('close', (code, signal) => {
    if (isLate) resolve({ kind: 'timeout' })
    resolve(code === null ? { kind: 'signalled', signal: signal ?? 'unknown' } : { kind: 'exited', code })
  })
  const ending = await promise
  clearTimeout(timer)
  const [stdout, stderr] = [printed.stdout, printed.stderr].map((chunks) => Buffer.concat(chunks).toString('utf8'))
  return { ending, stdout: stdout ?? '', stderr: stderr ?? '', durationMs: performance.now() - started }
}

/** Where the tools of this repository are installed. */
export const installed = join(import.meta.dirname, '../../node_modules')

/** Gives a folder the tools that are installed here, as its own. */
export function withInstalledTools<Folder extends { readonly path: string }>(folder: Folder): Folder {
  mkdirSync(join(folder.path, 'node_modules'), { recursive: true })
  symlinkSync(join(installed, '.bin'), join(folder.path, 'node_modules/.bin'))
  return folder
}

/** A project of files on disk; whatever lies under `node_modules`, `.venv` or `target` counts as ignored by git. */
export function projectOf(root: string): Project {
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => posix.relative(root, posix.join(entry.parentPath, entry.name)))
    .filter((path) => !/(^|\/)(node_modules|\.venv|target)\//.test(path))
  return {
    root,
    files: files.toSorted(),
    read: async (path) => textOf(root, path),
    exists: async (path) => existsSync(join(root, path)),
  }
}

export function requestFor(root: string, paths: readonly string[], more: Partial<LintRequest> = {}): LintRequest {
  return {
    paths,
    readText: async (path) => textOf(root, path),
    run: runOnHost(root),
    mountedAt: root,
    timeout: 60_000,
    signal: new AbortController().signal,
    ...more,
  }
}

function textOf(root: string, path: string): string | null {
  const location = join(root, path)
  return existsSync(location) && lstatSync(location).isFile() ? readFileSync(location, 'utf8') : null
}

export interface ScriptedResult {
  code?: number
  ending?: CommandEnding
  stdout?: string
  stderr?: string
}

/** A runner that starts nothing and answers as a tool would, once per entry; the last entry stays. */
export function scriptedRun(...results: ScriptedResult[]) {
  const commands: Command[] = []
  const run: RunCommand = async (command) => {
    const result = results[Math.min(commands.length, results.length - 1)]
    commands.push(command)
    return {
      ending: result?.ending ?? { kind: 'exited', code: result?.code ?? 0 },
      stdout: result?.stdout ?? '',
      stderr: result?.stderr ?? '',
      durationMs: 1,
    }
  }
  return { run, commands }
}
