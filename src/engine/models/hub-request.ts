import { AppError } from '../../domain/errors.ts'
import type { Published } from './published.ts'
import { TransientFailure } from './retry.ts'

export interface HubClient {
  endpoint: URL
  token: string | null
  offline: boolean
  /** How long the headers of one answer may take. */
  answerMs: number
}

interface HubRequest {
  url: URL
  method?: 'GET' | 'HEAD'
  headers?: Readonly<Record<string, string>>
  signal: AbortSignal
}

export interface HubAnswer {
  response: Response
  /** Whether the hub itself answered, and not a place that it sends to. */
  own: boolean
  /** What the hub itself says of the file before it sends us to where the bytes lie. */
  linked: Published
}

const maxRedirects = 6

/** Asks the hub and follows its redirects; the token goes to the hub's own origin and to nobody else. */
export async function askHub(client: HubClient, { url, method = 'GET', headers = {}, signal }: HubRequest): Promise<HubAnswer> {
  if (client.offline) {
    throw new AppError('OFFLINE', `AGENT_OFFLINE=1 is set, so ${url.host} was not asked.`, {
      hint: 'Unset AGENT_OFFLINE, or bring the file over yourself and run `agent models import <file>`.',
    })
  }
  let linked: Published = { bytes: null, sha256: null }
  let at = url
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const own = at.origin === client.endpoint.origin
    const response = await fetchHeaders(client, { url: at, method, headers: own ? withToken(headers, client.token) : headers, signal })
    if (own) linked = mergeLinked(linked, linkedOf(response.headers))
    const next = redirectOf(response, at)
    // A signed address of a content network often answers GET only, and by now everything is known.
    if (next === null || (method === 'HEAD' && linked.bytes !== null)) return { response, own, linked }
    await response.body?.cancel()
    if (at.protocol === 'https:' && next.protocol !== 'https:') throw failed(`${at.host} redirects to the unencrypted ${next.origin}`)
    at = next
  }
  throw failed(`${url.host} redirected more than ${maxRedirects} times`)
}

/** An address without what may be secret in it: signatures travel in the query. */
function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}`
}

async function fetchHeaders(client: HubClient, { url, method, headers, signal }: Required<HubRequest>): Promise<Response> {
  signal.throwIfAborted()
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), client.answerMs)
  try {
    return await fetch(url, {
      method,
      // A compressed body has other lengths and ranges than the file.
      headers: { 'user-agent': 'coding-agent', 'accept-encoding': 'identity', ...headers },
      redirect: 'manual',
      signal: AbortSignal.any([signal, deadline.signal]),
    })
  } catch (error) {
    signal.throwIfAborted()
    const why = deadline.signal.aborted ? `no answer within ${client.answerMs} ms` : reasonOf(error)
    throw new TransientFailure(`${shownUrl(url)}: ${why}`, { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

/** The sentence of the innermost cause: `fetch failed` alone helps nobody. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message || error.name
}

function withToken(headers: Readonly<Record<string, string>>, token: string | null): Readonly<Record<string, string>> {
  return token === null ? headers : { ...headers, authorization: `Bearer ${token}` }
}

function redirectOf(response: Response, from: URL): URL | null {
  const location = response.headers.get('location')
  if (response.status < 300 || response.status > 399 || location === null) return null
  const next = URL.parse(location, from.href)
  if (next !== null && /^https?:$/.test(next.protocol) && next.username === '' && next.password === '') return next
  throw failed(`${from.host} redirects to an address that cannot be followed`)
}

function linkedOf(headers: Headers): Published {
  const size = headers.get('x-linked-size') ?? ''
  return { bytes: /^\d{1,15}$/.test(size) ? Number(size) : null, sha256: sha256In(headers.get('x-linked-etag') ?? '') }
}

function sha256In(etag: string): string | null {
  return /^(?:W\/)?"?([0-9a-f]{64})"?$/.exec(etag)?.[1] ?? null
}

function mergeLinked(before: Published, now: Published): Published {
  return { bytes: now.bytes ?? before.bytes, sha256: now.sha256 ?? before.sha256 }
}

function failed(why: string): AppError {
  return new AppError('MODEL_DOWNLOAD_FAILED', `The model hub cannot be used: ${why}.`, { hint: 'Check HF_ENDPOINT.' })
}
