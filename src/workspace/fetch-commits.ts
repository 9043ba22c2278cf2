import { parseRemote } from '../domain/repository-name.ts'
import { terminalLine } from '../domain/trust-terminal.ts'
import { runGroup } from '../system/run-group.ts'
import { createGit } from './git.ts'
import { type Environment, gitEnvironment } from './git-environment.ts'

/** The repository on a forge that a checkout belongs to. */
export interface ForgeRemote {
  /** Absolute path of the checkout. */
  directory: string
  environment: Environment
  /** `owner/name`. */
  repository: string
  /** Of the pages that people see, such as `https://github.com`. */
  webUrl: string
  /** For that server only; null asks without one. */
  token: string | null
  signal: AbortSignal
}

/** Null: it is here now. Otherwise from where it was asked and why not, in one line: `from origin: fatal: …`. */
export type FetchRefusal = string | null

const timeoutMs = 300_000

/** Set on every call: nothing that the checkout configures is run, and nothing but commits is fetched. */
const hardening = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=',
  'submodule.recurse=false',
  'maintenance.auto=false',
  'gc.auto=0',
  'protocol.version=2',
].flatMap((setting) => ['-c', setting])

/**
 * Fetches into a checkout, with the token and, where that is of no use, as the user's git does it. Refspecs hold names that others chose,
 * and stand where git takes nothing for an option.
 */
export async function fetchFrom(remote: ForgeRemote, refspecs: readonly string[], depth: number | null): Promise<FetchRefusal> {
  const source = await sourceOf(remote)
  const refusal = await tryToFetch(remote, { source, refspecs, depth })
  if (refusal === null || remote.token === null) return refusal
  return (await tryToFetch({ ...remote, token: null }, { source, refspecs, depth })) === null ? null : refusal
}

interface Fetching {
  source: string
  refspecs: readonly string[]
  depth: number | null
}

async function tryToFetch(remote: ForgeRemote, { source, refspecs, depth }: Fetching): Promise<FetchRefusal> {
  const options = [
    '--quiet',
    '--no-tags',
    '--no-prune',
    '--no-write-fetch-head',
    '--no-recurse-submodules',
    ...(depth === null ? [] : [`--depth=${depth}`]),
  ]
  const { ending, stderr } = await runGroup({
    argv: ['git', ...hardening, 'fetch', ...options, '--end-of-options', source, ...refspecs],
    directory: remote.directory,
    environment: fetchEnvironment(remote),
    timeout: timeoutMs,
    maxOutput: 2 ** 16,
    signal: remote.signal,
  })
  if (ending.kind === 'exited' && ending.code === 0) return null
  return `from ${source}: ${reasonIn(stderr) || `git fetch ended by ${ending.kind === 'exited' ? `code ${ending.code}` : ending.kind}`}`
}

/**
 * The remote that is this repository, which may be reached in a way of its own; else the address that everybody knows. A checkout of a fork
 * calls the fork `origin`, and what the fork says its branches are is not what was asked for.
 */
export async function sourceOf({ directory, environment, repository, webUrl, signal }: ForgeRemote): Promise<string> {
  const asking = ['config', '--null', '--get-regexp', String.raw`^remote\..*\.url$`]
  const { stdout } = await createGit(directory, environment).run(asking, { signal, asConfigured: true })
  const remotes = stdout
    .toString('utf8')
    .split('\0')
    .flatMap((entry) => {
      const [, name, url] = /^remote\.(.+)\.url\n(.+)$/s.exec(entry) ?? []
      return name === undefined || url === undefined || name.startsWith('-')
        ? []
        : [{ name, known: parseRemote(url)?.repository.toLowerCase() }]
    })
  const same = remotes.find(({ known }) => known === repository.toLowerCase())
  // An address that names no repository, such as a folder or a short form of the user's, may well be it.
  const origin = remotes.find(({ name, known }) => name === 'origin' && known === undefined)
  return (same ?? origin)?.name ?? `${webUrl}/${repository}.git`
}

/** How the user's git reaches servers. */
const isTransport = (name: string) => /^GIT_(?:SSH|SSH_COMMAND|SSH_VARIANT|SSL_\w+|ASKPASS)$/.test(name)

/**
 * The token travels as configuration in the environment: neither a process list nor `.git/config` shows it, and git sends it to this server
 * only. The empty value before it takes away the header that the checkout may have left, because a server refuses two.
 */
export function fetchEnvironment({ environment, token, webUrl }: Pick<ForgeRemote, 'environment' | 'token' | 'webUrl'>) {
  const transport = Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && isTransport(name) ? [[name, value]] : [],
  )
  const fixed: Record<string, string> = {
    ...gitEnvironment(environment),
    ...Object.fromEntries(transport),
    GIT_ALLOW_PROTOCOL: 'https:ssh:http:git:file',
  }
  if (token === null) return fixed
  const key = `http.${webUrl.replace(/\/+$/, '')}/.extraheader`
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64')
  const first = Number.parseInt(fixed.GIT_CONFIG_COUNT ?? '0', 10) || 0
  return {
    ...fixed,
    GIT_CONFIG_COUNT: String(first + 2),
    [`GIT_CONFIG_KEY_${first}`]: key,
    [`GIT_CONFIG_VALUE_${first}`]: '',
    [`GIT_CONFIG_KEY_${first + 1}`]: key,
    [`GIT_CONFIG_VALUE_${first + 1}`]: `AUTHORIZATION: basic ${basic}`,
  }
}

function reasonIn(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line !== '')
  return terminalLine(lines.find((line) => /^(?:fatal|error): /.test(line)) ?? lines[0] ?? '').slice(0, 300)
}
