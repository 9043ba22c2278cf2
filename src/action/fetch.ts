import { terminalLine } from '../domain/trust-terminal.ts'
import { runGroup } from '../system/run-group.ts'

type Environment = Readonly<Record<string, string | undefined>>

export interface Remote {
  /** Absolute path of the checkout. */
  directory: string
  environment: Environment
  /** For the server below only; null asks without one. */
  token: string | null
  /** Such as `https://github.com`. */
  serverUrl: string
  /** `owner/name`. */
  repository: string
  signal: AbortSignal
}

/** Null: it is here now. Otherwise why not, in one line. */
export type FetchRefusal = string | null

const timeoutMs = 300_000

/** Set on every call: nothing that the checkout configures is run, and no question waits for an answer. */
const hardening = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=',
  'submodule.recurse=false',
  'maintenance.auto=false',
  'gc.auto=0',
  'protocol.version=2',
].flatMap((setting) => ['-c', setting])

/** Fetches from the repository of the job. Refspecs hold names that others chose, and stand where git takes nothing for an option. */
export async function fetchFrom(remote: Remote, refspecs: readonly string[], depth: number | null): Promise<FetchRefusal> {
  const options = [
    '--quiet',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-recurse-submodules',
    ...(depth === null ? [] : [`--depth=${depth}`]),
  ]
  const argv = ['git', ...hardening, 'fetch', ...options, '--end-of-options', await placeOf(remote), ...refspecs]
  const { ending, stderr } = await run(remote, argv)
  if (ending.kind === 'exited' && ending.code === 0) return null
  return reasonIn(stderr, remote) || `git fetch ended by ${ending.kind === 'exited' ? `code ${ending.code}` : ending.kind}`
}

/** What the checkout calls `origin`, which may be reached in a way of its own; else the server's own address. */
async function placeOf(remote: Remote): Promise<string> {
  const { ending } = await run(remote, ['git', 'remote', 'get-url', '--', 'origin'])
  if (ending.kind === 'exited' && ending.code === 0) return 'origin'
  return `${remote.serverUrl}/${remote.repository}`
}

function run({ directory, environment, token, serverUrl, signal }: Remote, argv: readonly string[]) {
  return runGroup({
    argv,
    directory,
    environment: fetchEnvironment(environment, { token, serverUrl }),
    timeout: timeoutMs,
    maxOutput: 2 ** 16,
    signal,
  })
}

/**
 * The token travels as configuration in the environment: neither a process list nor `.git/config` shows it, and git sends it to this server
 * only. The empty value before it takes away the header that the checkout may have left, because a server refuses two.
 */
export function fetchEnvironment(
  environment: Environment,
  { token, serverUrl }: Pick<Remote, 'token' | 'serverUrl'>,
): Record<string, string> {
  const inherited = Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value !== undefined && !isLocating(name) ? [[name, value]] : [])),
  )
  const fixed = { ...inherited, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' }
  if (token === null) return fixed
  const key = `http.${serverUrl.replace(/\/+$/, '')}/.extraheader`
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64')
  const first = Number.parseInt(inherited.GIT_CONFIG_COUNT ?? '0', 10) || 0
  return {
    ...fixed,
    GIT_CONFIG_COUNT: String(first + 2),
    [`GIT_CONFIG_KEY_${first}`]: key,
    [`GIT_CONFIG_VALUE_${first}`]: '',
    [`GIT_CONFIG_KEY_${first + 1}`]: key,
    [`GIT_CONFIG_VALUE_${first + 1}`]: `AUTHORIZATION: basic ${basic}`,
  }
}

const isLocating = (name: string) => /^GIT_(?:DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|PREFIX|NAMESPACE|TRACE\w*|CURL_VERBOSE)$/.test(name)

function reasonIn(stderr: string, { token }: Remote): string {
  const lines = stderr.split('\n').filter((line) => line !== '')
  const reason = terminalLine(lines.find((line) => /^(?:fatal|error): /.test(line)) ?? lines[0] ?? '').slice(0, 300)
  return token === null ? reason : reason.replaceAll(token, '***')
}
