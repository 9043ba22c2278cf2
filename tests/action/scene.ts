import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { onTestFinished } from 'vitest'
import { runAction } from '../../src/action/run-action.ts'
import { type Report, reportSchema } from '../../src/domain/report.ts'
import { temporaryRepository, type TemporaryRepository } from '../helpers/git-repository.ts'
import { type ChatRequest, type ScriptedServer, type ScriptedServerOptions, startScriptedServer } from '../helpers/scripted-server.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

export const port =
  'export function parsePort(text: string) {\n  const port = Number(text)\n  if (port < 1) return null\n  return port\n}\n'
export const defect = port.replace('port < 1', 'port <= 65535')

/** Finds the one planted defect, and nothing else. */
export function knowsTheDefect({ messages }: ChatRequest, claim: Readonly<Record<string, unknown>> = {}): string {
  const unit = messages.at(1)?.content ?? ''
  if (!unit.includes('port <= 65535')) return JSON.stringify({ findings: [], none: true })
  const finding = {
    quote: '  if (port <= 65535) return null',
    line: 3,
    trigger: 'port is 80',
    effect: 'Every valid port is refused',
    category: 'boundary',
    severity: 'error',
    title: 'Valid ports are refused',
    ...claim,
  }
  return JSON.stringify({ findings: [finding], none: false })
}

export interface Ended {
  code: number | null
  log: string
  outputs: Record<string, string>
  summary: string
  /** The commands that the runner would obey, in their order. */
  commands: string[]
  report: Report | null
}

export interface Scene {
  /** What GitHub would have. */
  remote: TemporaryRepository
  server: ScriptedServer
  workspace: string
  home: string
  /** Puts a commit into the workspace as actions/checkout does; without a depth, everything. */
  checkout(ref: string, depth?: number): void
  git(...args: readonly string[]): string
  /** Runs the Action in this process, or a bundle in one of its own. */
  run(job: Job, bundle?: string): Promise<Ended>
}

export interface Job {
  event: string
  payload?: unknown
  ref?: string
  inputs?: Readonly<Record<string, string>>
  environment?: Readonly<Record<string, string>>
  signal?: AbortSignal
  /** Called with the process of a bundle. */
  onStart?(child: ChildProcess): unknown
}

/** A repository on a server, an empty workspace of a job, and a model that knows one defect. */
export async function scene(options: Partial<ScriptedServerOptions> = {}): Promise<Scene> {
  const remote = temporaryRepository({ files: { 'src/port.ts': port } })
  const folder = temporaryFolder()
  const server = await startScriptedServer({ answer: (request) => knowsTheDefect(request), ...options })
  const [workspace, home] = [join(folder.path, 'workspace'), join(folder.path, 'home')]
  for (const place of [workspace, home]) mkdirSync(place)
  onTestFinished(async () => {
    await server.close()
    remote.remove()
    folder[Symbol.dispose]()
  })
  const git = (...args: readonly string[]) =>
    execFileSync('git', args, { cwd: workspace, env: { ...remote.environment }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  git('init', '--quiet')
  git('remote', 'add', 'origin', pathToFileURL(remote.root).href)
  const files = (index: number) => ({
    GITHUB_OUTPUT: join(folder.path, `output-${index}`),
    GITHUB_STEP_SUMMARY: join(folder.path, `summary-${index}`),
    GITHUB_EVENT_PATH: join(folder.path, `event-${index}.json`),
  })
  let runs = 0
  return {
    remote,
    server,
    workspace,
    home,
    git,
    checkout(ref, depth) {
      const range =
        depth === undefined
          ? ['+refs/heads/*:refs/remotes/origin/*', `+${ref}:refs/remotes/job`]
          : [`--depth=${depth}`, `+${ref}:refs/remotes/job`]
      git('fetch', '--quiet', '--no-tags', 'origin', ...range)
      git('checkout', '--quiet', '--force', '--detach', 'refs/remotes/job')
    },
    async run(job, bundle) {
      const made = files(runs++)
      writeFileSync(made.GITHUB_OUTPUT, '')
      writeFileSync(made.GITHUB_STEP_SUMMARY, '')
      writeFileSync(made.GITHUB_EVENT_PATH, JSON.stringify(job.payload ?? {}))
      const inputs = { engine: 'endpoint', 'base-url': server.baseUrl, model: 'scripted', ...job.inputs }
      const environment = {
        ...remote.environment,
        ...made,
        AGENT_HOME: home,
        CI: 'true',
        GITHUB_ACTIONS: 'true',
        GITHUB_EVENT_NAME: job.event,
        GITHUB_REF: job.ref ?? 'refs/heads/main',
        GITHUB_REPOSITORY: 'octo/shop',
        GITHUB_WORKSPACE: workspace,
        RUNNER_TEMP: folder.path,
        ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
        ...job.environment,
      }
      const { code, log } = await (bundle === undefined
        ? inThisProcess(environment, job.signal)
        : inABundle(bundle, { environment, onStart: job.onStart }))
      const outputs = readOutputs(readFileSync(made.GITHUB_OUTPUT, 'utf8'))
      const report =
        outputs.report && existsSync(outputs.report) ? reportSchema.parse(JSON.parse(readFileSync(outputs.report, 'utf8'))) : null
      return { code, log, outputs, summary: readFileSync(made.GITHUB_STEP_SUMMARY, 'utf8'), commands: commandsIn(log), report }
    },
  }
}

async function inThisProcess(environment: Record<string, string>, signal = new AbortController().signal) {
  let log = ''
  const code = await runAction({ environment, write: (text) => (log += text), signal })
  return { code, log }
}

async function inABundle(entry: string, { environment, onStart }: { environment: Record<string, string>; onStart: Job['onStart'] }) {
  const child = spawn(process.execPath, [entry], { cwd: environment.GITHUB_WORKSPACE, env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (log += text))
  onStart?.(child)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, log }
}

/** The file of outputs, read as the runner reads it. */
export function readOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {}
  for (let rest = text; rest !== ''; ) {
    const [, name = '', end = ''] = /^([^\n]*?)<<([^\n]+)\n/.exec(rest) ?? []
    const start = rest.indexOf('\n') + 1
    const stop = rest.indexOf(`\n${end}\n`, start - 1)
    if (end === '' || stop === -1) throw new Error(`The runner would refuse this file: ${text}`)
    outputs[name] = rest.slice(start, stop)
    rest = rest.slice(stop + end.length + 2)
  }
  return outputs
}

/** What the runner takes for commands: lines that start so, but for those between `stop-commands` and its token. */
export function commandsIn(log: string): string[] {
  const commands: string[] = []
  let token: string | null = null
  for (const line of log.split('\n')) {
    const text = line.trimStart()
    if (token !== null) {
      if (text === `::${token}::`) token = null
      continue
    }
    const stop = /^::stop-commands::(.+)$/.exec(text)?.[1]
    if (stop !== undefined) token = stop
    else if (text.startsWith('::') || /##\[/.test(text)) commands.push(text)
  }
  return commands
}

export interface PullRequestRefs {
  payload: {
    pull_request: { base: object; head: { ref: string; sha: string; repo: object | null }; number: number }
    repository: { default_branch: string }
  }
  base: string
  head: string
}

/** Makes a branch with one commit, offers it as pull request 7 into main, and merges it as GitHub does for a try. */
export function openPullRequest(
  job: Pick<Scene, 'remote'>,
  { files = { 'src/port.ts': defect }, ...options }: PullRequestOptions & { files?: Record<string, string> } = {},
): PullRequestRefs {
  const { remote } = job
  remote.git('branch', '--force', 'feature', 'main')
  remote.commit('Meanwhile', { 'README.md': 'Meanwhile.\n' })
  return pushToPullRequest(job, files, options)
}

interface PullRequestOptions {
  branch?: string
  from?: string | null
}

/** Another commit on the branch of the pull request. */
export function pushToPullRequest(
  { remote }: Pick<Scene, 'remote'>,
  files: Record<string, string>,
  { branch = 'feature', from = 'octo/shop' }: PullRequestOptions = {},
): PullRequestRefs {
  remote.git('checkout', '--quiet', 'feature')
  const head = remote.commit('Change it', files)
  remote.git('checkout', '--quiet', 'main')
  const base = remote.git('rev-parse', 'main').trim()
  const tree = remote.git('merge-tree', '--write-tree', base, head).trim()
  const merge = remote.git('commit-tree', '-p', base, '-p', head, '-m', 'Merge', tree).trim()
  remote.git('update-ref', 'refs/pull/7/head', head)
  remote.git('update-ref', 'refs/pull/7/merge', merge)
  return {
    base,
    head,
    payload: {
      pull_request: {
        number: 7,
        base: { ref: 'main', sha: base, repo: { full_name: 'octo/shop' } },
        head: { ref: branch, sha: head, repo: from === null ? null : { full_name: from } },
      },
      repository: { default_branch: 'main' },
    },
  }
}
