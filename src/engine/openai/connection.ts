import { setTimeout as delay } from 'node:timers/promises'
import type { OpenAI } from 'openai'
import { AppError } from '../../domain/errors.ts'
import { mostRetries, type EndpointOptions } from './endpoint-options.ts'
import type { Place } from './failure.ts'
import type { AskServer } from './probe-server.ts'
import { withRetries, type RetryPolicy } from './retries.ts'
import { openTransport, type Transport } from './transport.ts'
import { startWatch, type Watch } from './watch.ts'

export interface Connection {
  readonly place: Place
  readonly closed: boolean
  /** Runs something against the server within the deadlines, again where that may help. Throws an `AppError`, or the signal's reason. */
  run<T>(signal: AbortSignal, work: (line: { client: OpenAI; watch: Watch }) => Promise<T>): Promise<T>
  /** Asks the server something beside the API, once. */
  readonly ask: AskServer
  /** Ends what is running, and every connection. */
  close(): void
}

/** Sends nothing, and loads the client library only when something is to be sent. */
export function openConnection(options: EndpointOptions, onPause: RetryPolicy['onPause']): Connection {
  const url = shownUrl(options.baseUrl)
  const transport = openTransport({ ...options, connectMs: options.deadlines.connectMs })
  let client: Promise<OpenAI> | undefined
  const place: Place = { url, model: options.model, apiKey: options.apiKey }
  const policy: RetryPolicy = {
    maxRetries: Math.min(options.maxRetries, mostRetries),
    random: options.random ?? Math.random,
    onPause,
    sleep: options.sleep ?? ((milliseconds, signal) => delay(milliseconds, undefined, { signal })),
  }
  const closing = new AbortController()
  return {
    place,
    get closed() {
      return closing.signal.aborted
    },
    async run(signal, work) {
      const watch = startWatch(options.deadlines, [signal, closing.signal])
      try {
        client ??= openClient(transport)
        const line = { client: await client, watch }
        return await withRetries(() => work(line), policy, watch)
      } finally {
        watch.stop()
      }
    },
    ask: (path, { signal, body }) =>
      transport.fetch(addressOf(path, transport.baseUrl), {
        signal: AbortSignal.any([signal, closing.signal]),
        ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      }),
    close() {
      closing.abort(new AppError('ENGINE_UNAVAILABLE', `The connection to ${place.url} was closed.`, { hint: 'Open the engine again.' }))
      transport.close()
    },
  }
}

/** The client library, set up to do nothing by itself: no environment, no retries, no logging, no time-outs. */
async function openClient(transport: Transport): Promise<OpenAI> {
  const { OpenAI } = await import('openai')
  return new OpenAI({
    baseURL: transport.baseUrl,
    // The transport sends the key; the library insists on one and would otherwise take it from the environment.
    apiKey: 'sent-by-the-transport',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    fetch: transport.fetch,
    maxRetries: 0,
    logLevel: 'off',
    timeout: 2 ** 31 - 1,
  })
}

/** Where the API is, or beside it: what servers serve besides lies where its `/v1` begins. */
function addressOf(path: string, baseUrl: string): string {
  const url = new URL(baseUrl)
  const api = url.pathname.replace(/\/+$/, '')
  url.pathname = path.startsWith('/') ? `${api.replace(/\/v1$/, '')}${path}` : `${api}/${path}`
  return url.href
}

/** Without what may be secret in it: credentials and the query. */
function shownUrl(baseUrl: string): string {
  const url = URL.parse(baseUrl)
  if (url === null || !/^(?:https?|unix):$/.test(url.protocol)) {
    throw new AppError('CONFIG_INVALID', `The address ${JSON.stringify(baseUrl)} is no http or https URL.`, {
      hint: 'Set engine.baseUrl to something like http://127.0.0.1:8000/v1.',
    })
  }
  return url.protocol === 'unix:' ? baseUrl : `${url.origin}${url.pathname}`
}
