import { AppError } from '../domain/errors.ts'
import { terminalLine } from '../domain/trust-terminal.ts'
import type { PullRequest } from '../publishers/publisher.ts'
import { parseRemote } from '../publishers/repository-name.ts'
import { runGroup } from '../system/run-group.ts'
import type { Git } from '../workspace/git.ts'
import { gitEnvironment } from '../workspace/git-environment.ts'
import type { Repository } from '../workspace/discover-repository.ts'

export interface FetchPlace {
  git: Git
  checkout: Repository
  /** `owner/name`. */
  repository: string
  /** Of the pages that people see, such as `https://github.com`. */
  webUrl: string
  token: string | undefined
  signal: AbortSignal
}

/** Commits on both sides that are asked for in a shallow clone, until what they have in common is among them. */
const depths = [50, 500, 5000] as const
const timeoutMs = 300_000

/** Set on every call: nothing that the checkout configures is run, nothing but commits is fetched. */
const hardening = ['core.hooksPath=/dev/null', 'core.fsmonitor=', 'submodule.recurse=false', 'maintenance.auto=false', 'gc.auto=0'].flatMap(
  (setting) => ['-c', setting],
)

/** What base and head of a pull request have in common; fetches what is missing, by its id, and changes no branch, tag or file. */
export async function fetchPullRequest({ base, head, number }: PullRequest, place: FetchPlace): Promise<string> {
  const { git, signal } = place
  const ancestor = async () => {
    const { code, stdout } = await git.run(['merge-base', base.sha, head.sha], { signal })
    return code === 0 ? stdout.toString('latin1').trim() : null
  }
  const here = await ancestor()
  if (here) return here
  const isShallow = (await git.ask(['rev-parse', '--is-shallow-repository'], { signal })).toString('latin1').trim() === 'true'
  const source = await remoteOf(place)
  for (const depth of isShallow ? depths : [null]) {
    await fetchCommits([base.sha, head.sha], { place, source, depth })
    const found = await ancestor()
    if (found) return found
  }
  throw new AppError('REF_UNKNOWN', `Pull request #${number} has no commit in common with its base ${base.ref}.`, {
    hint: 'Fetch more history: git fetch --unshallow',
  })
}

/** The remote that is this repository, which may be reached in a way of its own; else the address that everybody knows. */
async function remoteOf({ git, repository, webUrl, signal }: FetchPlace): Promise<string> {
  const { stdout } = await git.run(['config', '--null', '--get-regexp', String.raw`^remote\..*\.url$`], { signal, asConfigured: true })
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

interface Fetching {
  place: FetchPlace
  source: string
  depth: number | null
}

/** As the user's git does it; with the token where that fails, such as in a job whose checkout keeps none. */
async function fetchCommits(ids: readonly string[], fetching: Fetching): Promise<void> {
  const refusal = await tryToFetch(ids, fetching, null)
  if (refusal === null) return
  const { token } = fetching.place
  const second = token === undefined ? refusal : await tryToFetch(ids, fetching, token)
  if (second === null) return
  throw new AppError('GIT_FAILED', `The commits of the pull request could not be fetched from ${fetching.source}: ${refusal}.`, {
    hint: 'Fetch them yourself, e.g. with `git fetch origin refs/pull/<number>/head`, and run this again.',
  })
}

async function tryToFetch(ids: readonly string[], { place, source, depth }: Fetching, token: string | null): Promise<string | null> {
  const { checkout, signal, webUrl } = place
  const options = [
    '--quiet',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-recurse-submodules',
    ...(depth === null ? [] : [`--depth=${depth}`]),
  ]
  const { ending, stderr } = await runGroup({
    argv: ['git', ...hardening, 'fetch', ...options, '--end-of-options', source, ...ids],
    directory: checkout.root,
    environment: {
      ...gitEnvironment(checkout.environment),
      GIT_ALLOW_PROTOCOL: 'https:ssh:http:git:file',
      ...tokenHeader(token, { webUrl, checkout }),
    },
    timeout: timeoutMs,
    maxOutput: 2 ** 16,
    signal,
  })
  if (ending.kind === 'exited' && ending.code === 0) return null
  const lines = stderr.split('\n').filter((line) => line !== '')
  return terminalLine(lines.find((line) => /^(?:fatal|error): /.test(line)) ?? lines[0] ?? `git ended by ${ending.kind}`).slice(0, 300)
}

/** In the environment: neither a process list nor a file shows it, and git sends it to this server only. */
function tokenHeader(token: string | null, { webUrl, checkout }: { webUrl: string; checkout: Repository }): Record<string, string> {
  if (token === null) return {}
  const first = Number.parseInt(checkout.environment.GIT_CONFIG_COUNT ?? '0', 10) || 0
  return {
    GIT_CONFIG_COUNT: String(first + 1),
    [`GIT_CONFIG_KEY_${first}`]: `http.${webUrl}/.extraheader`,
    [`GIT_CONFIG_VALUE_${first}`]: `AUTHORIZATION: basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`,
  }
}
