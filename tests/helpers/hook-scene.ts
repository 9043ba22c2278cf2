import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { temporaryRepository, type TemporaryRepositoryOptions } from './git-repository.ts'
import { type ChatRequest, type ScriptedServerOptions, startScriptedServer } from './scripted-server.ts'
import { temporaryFolder } from './temporary-folder.ts'

const entry = join(import.meta.dirname, '../../src/main.ts')

export interface GitRun {
  code: number | null
  /** All that a person sees of it: git hands the output of hooks to its standard error. */
  seen: string
}

export interface StartedGit {
  readonly child: ChildProcess
  readonly ended: Promise<GitRun>
}

/** A line that the scripted model takes for a defect, and what it says about it. */
export const defect = 'launchMissiles()'
const claim = {
  quote: defect,
  trigger: 'the function is called',
  effect: 'The missiles are launched',
  category: 'logic',
  severity: 'error',
  title: 'Missiles are launched',
}

/** What the scripted model answers: one claim for each line of the change that has the defect. */
export function answerOf({ messages }: Pick<ChatRequest, 'messages'>): string {
  const rows = (messages.at(-1)?.content ?? '').split('\n').filter((row) => row.includes(defect))
  const findings = rows.flatMap((row) => {
    const [, line] = /^\s*(\d+) /.exec(row) ?? []
    return line === undefined ? [] : [{ ...claim, line: Number(line) }]
  })
  return JSON.stringify({ findings, none: findings.length === 0 })
}

interface HookSceneOptions {
  /** Committed as the first commit; null: there is none. */
  files?: TemporaryRepositoryOptions['files'] | null
  /** Default: pre-commit. */
  hooks?: readonly string[]
  server?: Partial<ScriptedServerOptions>
}

/** A real repository whose real hooks call agent, and a server whose model finds each line that launches missiles. */
export async function hookScene({ files = { 'README.md': '# Demo\n' }, hooks = ['pre-commit'], server: options }: HookSceneOptions = {}) {
  const repository = temporaryRepository(files ? { files } : {})
  const home = temporaryFolder()
  const server = await startScriptedServer({ answer: answerOf, ...options })
  onTestFinished(async () => {
    await server.close()
    repository.remove()
    home[Symbol.dispose]()
  })
  const folder = join(repository.root, '.git/hooks')
  for (const name of hooks) installHook(join(folder, name), `exec '${process.execPath}' '${entry}' hooks run ${name} "$@"`)
  const environment = {
    ...repository.environment,
    AGENT_HOME: home.path,
    AGENT_BASE_URL: server.baseUrl,
    AGENT_MODEL: 'scripted-model',
    NODE_COMPILE_CACHE: '',
  }
  /** Starts git as a person would, in a group of processes of its own. */
  const start = (args: readonly string[], { cwd = repository.root, ...more }: GitOptions = {}) =>
    startGit(args, { cwd, environment: { ...environment, ...more.environment } })
  const git = (...args: readonly string[]) => start(args).ended
  const gitWith = (settings: Readonly<Record<string, string>>, ...args: readonly string[]) => start(args, { environment: settings }).ended
  const head = () => repository.git('log', '-1', '--format=%s').trim()
  return { repository, home, server, environment, start, git, gitWith, head }
}

interface GitOptions {
  cwd?: string
  environment?: Readonly<Record<string, string>>
}

export function installHook(path: string, command: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, `#!/bin/sh\n${command}\n`)
  chmodSync(path, 0o755)
}

function startGit(args: readonly string[], { cwd, environment }: Required<GitOptions>): StartedGit {
  const child = spawn('git', args, { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let seen = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (seen += text))
  const ended = new Promise<GitRun>((done, fail) => {
    child.once('error', fail)
    child.once('close', (code) => done({ code, seen }))
  })
  return { child, ended }
}
