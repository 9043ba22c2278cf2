import { AppError } from '../domain/errors.ts'

/** As much of octokit's error as is looked at. */
interface HttpError extends Error {
  status: number
  request: { url: string }
  response?: { headers: Readonly<Record<string, string | number | undefined>> }
}

const isHttpError = (error: unknown): error is HttpError =>
  error instanceof Error && error.name === 'HttpError' && 'status' in error && 'request' in error

/** What GitHub answered that became an error; 0 where no answer came, null for an error that is none of GitHub's. */
export function statusOf(error: unknown): number | null {
  const cause = error instanceof AppError ? error.cause : error
  if (!isHttpError(cause)) return null
  return cause.response === undefined ? 0 : cause.status
}

/** Whether a write may have been done although its answer says otherwise, or never came. */
export function isDoubtful(error: unknown): boolean {
  const status = statusOf(error)
  return status === 0 || status === 429 || (status !== null && status >= 500)
}

/** A failure of GitHub's as a sentence, with what to do about it. */
export function githubFailure(error: unknown, what: string): unknown {
  const status = statusOf(error)
  if (!isHttpError(error) || status === null) return error
  const [message, hint] = describe(status, what, error)
  return new AppError('PUBLISH_FAILED', message, { cause: error, hint })
}

function describe(status: number, what: string, error: HttpError): [message: string, hint: string] {
  const host = URL.parse(error.request.url)?.host ?? 'GitHub'
  const reason = error.message.replace(/ - https:\/\/docs\.github\.com\S*$/, '').slice(0, 500)
  const wait = error.response?.headers['retry-after']
  if (status === 0) return [`No answer from ${host}: ${reason}.`, 'Check the network and GITHUB_API_URL.']
  if (status === 401) return [`GitHub does not accept the token (${reason}).`, 'Set GITHUB_TOKEN to one that is valid for this host.']
  if (status === 429 || /rate limit/i.test(reason))
    return [
      `GitHub limits how much this token may do now (${reason}).`,
      `Try again ${wait === undefined ? 'in some minutes' : `after ${wait} s`}.`,
    ]
  if (status === 403)
    return [
      `The token may not ${what} (${reason}).`,
      'In a workflow, give the job `permissions: pull-requests: write` (and `checks: write` for a check); a personal token needs the same on this repository.',
    ]
  if (status === 404)
    return [
      `GitHub found nothing when it was asked to ${what}: it is not there, or hidden from this token.`,
      'Check --repo, --pr and what the token may see.',
    ]
  if (status === 422) return [`GitHub refused to ${what}: ${reason}.`, 'Run it again; if it stays, report it with this message.']
  return [`GitHub failed to ${what}: ${status}, ${reason}.`, 'See https://www.githubstatus.com and try again later.']
}
