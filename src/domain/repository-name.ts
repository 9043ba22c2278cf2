import { AppError } from './errors.ts'

/** A repository of a forge, and the host that a remote names for it. */
export interface RemoteRepository {
  /** `owner/name`. */
  repository: string
  host: string
}

const name = /^[\w.-]{1,100}$/

/** `owner/name`, or null for what cannot be one. */
export function parseRepository(text: string): string | null {
  const [owner = '', repository = '', ...more] = text.split('/')
  const isName = (part: string) => name.test(part) && !/^\.{1,2}$/.test(part)
  return more.length === 0 && isName(owner) && isName(repository) ? `${owner}/${repository}` : null
}

/** The repository behind a remote's URL: https, ssh, git or git's short form `user@host:owner/name`. Null for a path and for what is none. */
export function parseRemote(url: string): RemoteRepository | null {
  const [, host = '', path = ''] =
    /^(?:https?|ssh|git):\/\/(?:[^@/\s]*@)?([\w.-]+)(?::\d{1,5})?\/(.+)$/.exec(url) ??
    /^(?:[^@/\s:]+@)?([\w-][\w.-]+):(?!\/\/)\/?(.+)$/.exec(url) ??
    []
  const repository = parseRepository(path.replace(/\/$/, '').replace(/\.git$/, ''))
  // A single letter before a colon is a drive of Windows, which the pattern of a host leaves out.
  return host === '' || repository === null ? null : { repository, host: host.toLowerCase() }
}

/** Throws `USAGE_INVALID` for what is no `owner/name`. */
export function requireRepository(text: string, origin: string): string {
  const repository = parseRepository(text)
  if (repository) return repository
  throw new AppError('USAGE_INVALID', `${origin} is ${JSON.stringify(text)}, which is not <owner>/<name>.`, {
    hint: 'Write it as GitHub shows it, such as octocat/hello-world.',
  })
}

/** An address as an error may show it: `https://oauth2:<token>@host/group/name` without what stands before the host. */
export const withoutCredentials = (url: string): string => url.replace(/\/\/[^/]*@/, '//')
