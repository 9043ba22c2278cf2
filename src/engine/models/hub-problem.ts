import { AppError } from '../../domain/errors.ts'
import { TransientFailure } from './retry.ts'

interface Asked {
  endpoint: string
  repository: string
  path?: string
  hasToken: boolean
}

/** What an answer that is no success means for the person who asked; a `TransientFailure` where asking again may help. */
export function problemOf({ status, headers }: Response, { endpoint, repository, path, hasToken }: Asked): AppError | TransientFailure {
  const what = path === undefined ? repository : `${repository}/${path}`
  if (status === 401 || status === 403) {
    const known = hasToken
      ? 'the token in HF_TOKEN has no access to it'
      : 'it is private, its licence must be accepted first, or it does not exist'
    return new AppError('MODEL_DOWNLOAD_FAILED', `${endpoint} refuses ${what} (HTTP ${status}): ${known}.`, {
      hint: `Open ${endpoint}/${repository}, accept its terms, create a token that may read it, and set HF_TOKEN.`,
    })
  }
  if (status === 404) {
    return new AppError('MODEL_UNKNOWN', `${endpoint} has no ${what}.`, {
      hint: `Look at ${endpoint}/${repository} for the repository's name and files, or see \`agent models list\`.`,
    })
  }
  const failure = `${endpoint} answers HTTP ${status} for ${what}`
  if (status === 429 || status === 408 || status >= 500) return new TransientFailure(failure, { retryAfterMs: pauseOf(headers) })
  return new AppError('MODEL_DOWNLOAD_FAILED', `${failure}.`, { hint: 'Check HF_ENDPOINT and any proxy between here and the hub.' })
}

function pauseOf(headers: Headers): number | null {
  const value = headers.get('retry-after')
  if (value === null) return null
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000
  const until = Date.parse(value)
  return Number.isNaN(until) ? null : Math.max(0, until - Date.now())
}
