import { retry } from '@octokit/plugin-retry'
import { throttling } from '@octokit/plugin-throttling'
import { Octokit } from '@octokit/rest'
import type { z } from 'zod'
import { AppError } from '../domain/errors.ts'
import { version } from '../domain/version.ts'
import { isLoopback } from '../engine/openai/is-loopback.ts'
import { githubFailure } from './github-failure.ts'
import { requireRepository, withoutCredentials } from '../domain/repository-name.ts'

export interface GithubOptions {
  /** `owner/name`. */
  repository: string
  token: string
  /** Default: https://api.github.com. */
  apiUrl?: string
  fetch?: typeof globalThis.fetch
  /**
   * Writes come as far apart as GitHub asks for, and limits are waited for, two minutes at most. False: no pauses, for a server of our own.
   * Default: unless the API is on this machine.
   */
  isPatient?: boolean
}

/** One request: what it is for (`post a review`), its route with placeholders, and what fills them or goes into its body. */
export interface Call {
  what: string
  route: string
  parameters?: Readonly<Record<string, unknown>>
  signal: AbortSignal
}

/** GitHub's API for one repository: every answer is parsed, every failure a sentence. */
export interface Connection {
  readonly repository: string
  /** Of the pages that people see. */
  readonly webUrl: string
  /** Reads, or writes what may be written twice; tried again where the server or the network fails. */
  ask<Schema extends z.ZodType>(schema: Schema, call: Call): Promise<z.infer<Schema>>
  /** Writes what must not be written twice; only tried again where GitHub has certainly refused it for a limit. */
  askOnce<Schema extends z.ZodType>(schema: Schema, call: Call): Promise<z.infer<Schema>>
  /** All pages of a list. */
  list<Schema extends z.ZodType>(schema: Schema, call: Call): Promise<z.infer<Schema>[]>
  /** The body as it came. */
  bytes(call: Call): Promise<Buffer>
  graphql<Schema extends z.ZodType>(schema: Schema, call: Omit<Call, 'route'> & { query: string }): Promise<z.infer<Schema>>
}

const publicApi = 'https://api.github.com'
/** Longer than this nobody waits for a limit; the error says for how long it would have been. */
const maxWaitSeconds = 120
const maxRetries = 2
const requestMs = 60_000
const perPage = 100
/** More comments than any pull request has that people read. */
const maxPages = 50

/** Stands for the groups that keep requests apart, where nothing has to be kept apart. */
const unspaced = {
  key: () => ({
    schedule: (_options: unknown, task: (...args: unknown[]) => unknown, ...args: unknown[]) => Promise.resolve(task(...args)),
  }),
}

/** Opens no connection yet. Throws `USAGE_INVALID` for a repository or an address that cannot be one. */
export function connectGithub({
  repository: given,
  token,
  apiUrl = publicApi,
  fetch: send = globalThis.fetch,
  isPatient,
}: GithubOptions): Connection {
  const repository = requireRepository(given, 'The repository')
  const baseUrl = checkedUrl(apiUrl)
  const octokit = createOctokit({ token, baseUrl, send, isPatient: isPatient ?? !isLoopback(baseUrl) })
  const [owner = '', repo = ''] = repository.split('/')

  async function request({ what, route, parameters, signal }: Call, settings: Record<string, unknown> = {}) {
    signal.throwIfAborted()
    try {
      return await octokit.request(route, {
        ...(route.includes('{owner}') && { owner, repo }),
        ...parameters,
        request: { signal, ...settings },
      })
    } catch (error) {
      signal.throwIfAborted()
      throw githubFailure(error, what)
    }
  }

  return {
    repository,
    webUrl: webUrlOf(baseUrl),
    async ask(schema, call) {
      return parsed(schema, (await request(call)).data, call.what)
    },
    async askOnce(schema, call) {
      return parsed(schema, (await request(call, { retries: 0 })).data, call.what)
    },
    async list(schema, call) {
      const items: unknown[] = []
      for (let page = 1; page <= maxPages; page++) {
        const { data, headers } = await request({ ...call, parameters: { ...call.parameters, per_page: perPage, page } })
        items.push(...(Array.isArray(data) ? (data as unknown[]) : []))
        if (!/rel="next"/.test(headers.link ?? '')) break
      }
      return items.map((item) => parsed(schema, item, call.what))
    },
    async bytes(call) {
      const { data } = await request(call, { parseSuccessResponseBody: false })
      return Buffer.from(await new Response(data as ReadableStream).arrayBuffer())
    },
    async graphql(schema, { query, parameters, signal, what }) {
      signal.throwIfAborted()
      try {
        return parsed(schema, await octokit.graphql(query, { ...parameters, request: { signal } }), what)
      } catch (error) {
        signal.throwIfAborted()
        throw githubFailure(error, what)
      }
    },
  }
}

const Kit = Octokit.plugin(throttling, retry)

interface OctokitParts {
  token: string
  baseUrl: string
  send: typeof globalThis.fetch
  isPatient: boolean
}

function createOctokit({ token, baseUrl, send, isPatient }: OctokitParts): InstanceType<typeof Kit> {
  const silent = () => {}
  const mayWait = (...[seconds, , , retries]: [seconds: number, request: unknown, octokit: unknown, retries: number]) =>
    retries < maxRetries && seconds <= maxWaitSeconds
  const factor = isPatient ? 1000 : 1
  // Its types know of no groups but its own.
  const groups: object = isPatient ? {} : { global: unspaced, auth: unspaced, search: unspaced, write: unspaced, notifications: unspaced }
  return new Kit({
    auth: token,
    baseUrl,
    userAgent: `coding-agent/${version}`,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    request: {
      fetch: (url: string, options: RequestInit) => {
        const limit = AbortSignal.timeout(requestMs)
        return send(url, { ...options, signal: options.signal ? AbortSignal.any([options.signal, limit]) : limit })
      },
    },
    retry: { doNotRetry: [400, 401, 403, 404, 406, 410, 422, 451], retries: maxRetries, retryAfterBaseValue: factor },
    throttle: {
      id: baseUrl,
      onRateLimit: mayWait,
      onSecondaryRateLimit: mayWait,
      fallbackSecondaryRateRetryAfter: 60,
      retryAfterBaseValue: factor,
      ...groups,
    },
  })
}

function parsed<Schema extends z.ZodType>(schema: Schema, data: unknown, what: string): z.infer<Schema> {
  const result = schema.safeParse(data)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new AppError(
    'PUBLISH_FAILED',
    `GitHub was asked to ${what}, and what came back is not its answer (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}).`,
    {
      hint: 'Check that GITHUB_API_URL is the address of its API, e.g. https://github.example.com/api/v3.',
    },
  )
}

function checkedUrl(text: string): string {
  const url = URL.parse(text)
  if (
    url &&
    /^https?:$/.test(url.protocol) &&
    (url.protocol === 'https:' || isLoopback(text)) &&
    url.username === '' &&
    url.password === ''
  )
    return text.replace(/\/+$/, '')
  throw new AppError('USAGE_INVALID', `${withoutCredentials(text)} cannot be the address of GitHub's API: a token is only sent by https.`, {
    hint: 'Set GITHUB_API_URL to https://<host>/api/v3, or leave it out for github.com.',
  })
}

/** `https://github.com` for `https://api.github.com`, and `https://host` for `https://host/api/v3`. */
function webUrlOf(apiUrl: string): string {
  const { protocol, host } = new URL(apiUrl)
  return `${protocol}//${host.replace(/^api\./, '')}`
}
