import { AppError, type ErrorCode } from '../../domain/errors.ts'
import { parseRetryAfter } from './retry-after.ts'

/** An attempt that failed: what the user is told if it was the last, and what the next attempt may go by. */
export class Failure extends Error {
  readonly told: AppError
  readonly retryable: boolean
  readonly retryAfterMs: number | null
  /** Further attempts that may help, where that is fewer than usual. */
  readonly mostRetries: number
  /** The server's own words on a request that it refused, with its status; null for any other failure. */
  readonly refusal: { status: number; text: string } | null

  constructor(told: AppError, { retryable = false, retryAfterMs = null, mostRetries = Infinity, refusal = null }: FailureDetails = {}) {
    super(told.message, { cause: told })
    this.told = told
    this.retryable = retryable
    this.retryAfterMs = retryAfterMs
    this.mostRetries = mostRetries
    this.refusal = refusal
  }

  /** The server is asked for too much at once. */
  get isOverload(): boolean {
    return this.refusal?.status === 429 || this.refusal?.status === 503
  }
}

interface FailureDetails {
  retryable?: boolean
  retryAfterMs?: number | null
  mostRetries?: number
  refusal?: { status: number; text: string } | null
}

export interface Place {
  /** The address as it may be shown: no credentials. */
  url: string
  model: string | null
  apiKey: string | null
}

const retryableStatus = (status: number) => status === 408 || status === 409 || status === 425 || status === 429 || status >= 500
const connectionErrors = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EAI_AGAIN', 'ETIMEDOUT'])
const lookUpErrors = new Set(['ENOTFOUND', 'ENOENT', 'EACCES', 'EADDRNOTAVAIL', 'EINVAL'])
const overflow = /context[ _](?:length|size|window)|maximum model length|max_model_len|prompt is too long|too many tokens/i

/** Turns whatever an attempt threw into a failure; the library's own classes of errors are told apart by what they carry. */
export function diagnose(error: unknown, place: Place): Failure {
  if (error instanceof Failure) return error
  const causes = chainOf(error)
  const told = causes.find((cause) => cause instanceof AppError)
  if (told) return new Failure(told)
  const status = causes.map(statusOf).find((value) => value !== null)
  if (status) return refused(causes[0], status, place)
  if (causes.some((cause) => cause instanceof SyntaxError)) return broken('sent an event that is not JSON', { error, place })
  if (causes.some(isServerError)) return gaveError(error, place)
  return disconnected(error, { causes, place })
}

/** The server's words, fit for one line of a terminal: no control characters, no key, not long. */
export function quoteServer(text: string, apiKey: string | null): string {
  const key = apiKey?.trim()
  const plain = (key ? text.replaceAll(key, '***') : text).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
  return plain.length > 300 ? `${plain.slice(0, 300).toWellFormed()}…` : plain
}

/** An answer that broke off or made no sense; the next one may well be whole. */
export function broken(what: string, { error, place }: { error?: unknown; place: Place }): Failure {
  const told = new AppError('ENGINE_FAILED', `The endpoint ${place.url} ${what}.`, { cause: error, hint: 'Look at the log of the server.' })
  return new Failure(told, { retryable: true })
}

/** The server said 200 and then that it could not do it. */
export function gaveError(error: unknown, place: Place): Failure {
  const said = quoteServer(error instanceof Error ? error.message : JSON.stringify(error), place.apiKey)
  return overflow.test(said) ? outOfContext(error, said) : broken(`failed in the middle of its answer: ${said}`, { error, place })
}

function outOfContext(error: unknown, said: string): Failure {
  const message = `The prompt does not fit into the context of the model: ${said}`
  return new Failure(new AppError('ENGINE_OUT_OF_CONTEXT', message, { cause: error, hint: contextHint }))
}

function refused(error: unknown, status: number, place: Place): Failure {
  const text =
    error instanceof Error ? `${fieldOf(error, 'code')} ${fieldOf(error, 'type')} ${fieldOf(error, 'param')} ${error.message}` : ''
  const said = quoted(error, place)
  // What the library says where the server has said nothing.
  const reason = /^\d+ status code \(no body\)$/.test(said) ? '' : `: ${said}`
  if (overflow.test(text)) return outOfContext(error, said)
  const { code, hint } = adviceFor(status, place)
  const told = new AppError(code, `The endpoint ${place.url} answered with status ${status}${reason || '.'}`, { cause: error, hint })
  return new Failure(told, { retryable: retryableStatus(status), retryAfterMs: retryAfterOf(error), refusal: { status, text } })
}

const contextHint = 'Start the server with a longer context, or set engine.context to what it has.'

function adviceFor(status: number, { model }: Place): { code: ErrorCode; hint: string } {
  if (status === 401 || status === 403)
    return { code: 'ENGINE_REFUSED', hint: 'Set the key in AGENT_API_KEY, or name its variable with --api-key-env.' }
  if (status === 404)
    return { code: 'ENGINE_REFUSED', hint: `Check that the address ends in /v1 and that the server has the model ${model ?? 'asked for'}.` }
  if (status === 429) return { code: 'ENGINE_REFUSED', hint: 'Wait, or ask for less at once with --jobs 1.' }
  if (status >= 300 && status < 400)
    return { code: 'ENGINE_REFUSED', hint: 'Redirects are not followed: set engine.baseUrl to the final address.' }
  if (status >= 500) return { code: 'ENGINE_FAILED', hint: 'Look at the log of the server.' }
  return { code: 'ENGINE_REFUSED', hint: 'Compare what the server supports with what is asked of it; its log may say more.' }
}

function disconnected(error: unknown, { causes, place }: { causes: readonly unknown[]; place: Place }): Failure {
  const code = causes.map((cause) => fieldOf(cause, 'code')).find((value) => value !== '') ?? ''
  // Node repeats the address, which is told already.
  const reason = quoteServer(
    causes.map((cause) => (cause instanceof Error ? cause.message : '')).findLast((message) => message !== '') ?? '',
    place.apiKey,
  ).replace(/^connect (E[A-Z]+) \S+$/, '$1')
  const unreachable = (hint: string, retryable: boolean) =>
    new Failure(new AppError('ENGINE_UNREACHABLE', `No connection to ${place.url}: ${reason}.`, { cause: error, hint }), {
      retryable,
      // Nothing listens there. That a server starts just now is rare, and a commit may be waiting.
      ...(code === 'ECONNREFUSED' && { mostRetries: 1 }),
    })
  if (connectionErrors.has(code)) return unreachable('Start the server, or correct engine.baseUrl.', true)
  if (lookUpErrors.has(code)) return unreachable('Correct engine.baseUrl: the name or socket in it is not known here.', false)
  if (/CERT|SIGNATURE|ISSUER/.test(code))
    return unreachable('Name the authority that signed the certificate in NODE_EXTRA_CA_CERTS.', false)
  if (/^HPE_|^EPROTO$|^ERR_SSL/.test(code))
    return unreachable('Check http against https and the port: what answers there speaks something else.', false)
  return broken(`broke the connection off${reason === '' ? '' : ` (${reason})`}`, { error, place })
}

const quoted = (error: unknown, { apiKey }: Place) => quoteServer(error instanceof Error ? error.message : String(error), apiKey)

/** The error and its causes, outermost first; a circle ends it. */
function chainOf(error: unknown): unknown[] {
  const chain: unknown[] = []
  for (
    let cause = error;
    cause !== undefined && cause !== null && !chain.includes(cause);
    cause = cause instanceof Error ? cause.cause : undefined
  ) {
    chain.push(cause)
  }
  return chain
}

function statusOf(error: unknown): number | null {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : null
}

/** An error object that came as an event of the stream: it has the library's fields and no status. */
const isServerError = (error: unknown) => error instanceof Error && 'error' in error && error.error !== undefined

function fieldOf(error: unknown, field: 'code' | 'type' | 'param'): string {
  const value = error instanceof Error ? (error as Error & Partial<Record<typeof field, unknown>>)[field] : undefined
  return typeof value === 'string' ? value : ''
}

function retryAfterOf(error: unknown): number | null {
  const headers = error instanceof Error && 'headers' in error ? error.headers : null
  return headers instanceof Headers ? parseRetryAfter(headers.get('retry-after'), Date.now()) : null
}
