import { AppError } from '../domain/errors.ts'
import { plural } from '../domain/plural.ts'
import { terminalLine } from '../domain/trust-terminal.ts'
import type { Github } from '../publishers/github.ts'
import type { Published } from '../publishers/publisher.ts'
import { parseRemote, requireRepository, withoutCredentials } from '../domain/repository-name.ts'
import type { CommandContext } from './command.ts'

type Environment = CommandContext['environment']

/** A repository on a forge, and where its API is. */
export interface Place {
  repository: string
  /** Undefined: that of github.com. */
  apiUrl: string | undefined
  token: string | undefined
}

interface PlaceSources {
  /** `--repo`. */
  given: string | undefined
  environment: Environment
  /** The URL of the remote `origin`; null where there is none. */
  readOrigin(): Promise<string | null>
}

/**
 * Which repository is meant, and the token for it: `--repo`, else `GITHUB_REPOSITORY`, else `origin`. A token for github.com is never
 * sent to another host: that takes `GITHUB_API_URL`, or a token that is named for it.
 */
export async function findPlace({ given, environment, readOrigin }: PlaceSources): Promise<Place> {
  const { GITHUB_REPOSITORY, GITHUB_API_URL: apiUrl } = environment
  const token = environment.GITHUB_TOKEN || environment.GH_TOKEN || undefined
  if (given) return { repository: requireRepository(given, '--repo'), apiUrl: apiUrl || undefined, token }
  if (GITHUB_REPOSITORY)
    return { repository: requireRepository(GITHUB_REPOSITORY, 'GITHUB_REPOSITORY'), apiUrl: apiUrl || undefined, token }
  const url = await readOrigin()
  const remote = url === null ? null : parseRemote(url)
  if (!remote)
    throw new AppError(
      'USAGE_INVALID',
      url === null
        ? 'It is not known which repository is meant.'
        : `The remote origin, ${withoutCredentials(url)}, names no repository on GitHub.`,
      {
        hint: 'Say it with --repo <owner>/<name>.',
      },
    )
  if (apiUrl || /^(?:ssh\.)?github\.com$/.test(remote.host)) return { repository: remote.repository, apiUrl: apiUrl || undefined, token }
  const enterprise = environment.GH_ENTERPRISE_TOKEN || environment.GITHUB_ENTERPRISE_TOKEN || undefined
  if (enterprise) return { repository: remote.repository, apiUrl: `https://${remote.host}/api/v3`, token: enterprise }
  throw new AppError('USAGE_INVALID', `The remote origin is on ${remote.host}, and it is not known where its API is.`, {
    hint: `For a GitHub Enterprise Server, set GITHUB_API_URL=https://${remote.host}/api/v3 and a token for it.`,
  })
}

/** The repository, opened. Nothing is sent yet. */
export async function openPlace({ repository, apiUrl, token }: Place, { needsToken }: { needsToken: boolean }): Promise<Github> {
  if (needsToken && token === undefined)
    throw new AppError('USAGE_INVALID', `Posting to ${repository} takes a token, and neither GITHUB_TOKEN nor GH_TOKEN is set.`, {
      hint: 'In a workflow: env: { GITHUB_TOKEN: ${{ github.token }} } and permissions: { pull-requests: write }. In a shell: GITHUB_TOKEN=$(gh auth token).',
    })
  const { openGithub } = await import('../publishers/github.ts')
  return openGithub({ repository, token: token ?? '', ...(apiUrl !== undefined && { apiUrl }) })
}

/** What was posted, for people. */
export function publishedText(
  { posted, kept, resolved, summarised, url }: Published,
  { name, isDry, noun = 'comment' }: { name: string; isDry: boolean; noun?: string },
): string {
  const parts = [
    posted > 0 ? plural(posted, `new ${noun}`) : '',
    summarised > 0 ? `${plural(summarised, 'finding')} in the summary only` : '',
    kept > 0 ? `${plural(kept, 'finding')} told before` : '',
    resolved > 0 ? `${resolved} resolved` : '',
  ].filter((part) => part !== '')
  const what = parts.length === 0 ? 'nothing to tell' : parts.join(', ')
  return `${isDry ? 'Would be posted on' : 'Posted on'} ${name}: ${what}.\n${url ? `${terminalLine(url)}\n` : ''}`
}
