import type http from 'node:http'
import { AppError } from '../../domain/errors.ts'

export interface TransportOptions {
  baseUrl: string
  apiKey: string | null
  userAgent: string
  connectMs: number
}

export interface Transport {
  /** Without the socket's path where the address is one. */
  readonly baseUrl: string
  readonly fetch: typeof globalThis.fetch
  /** Destroys every connection, also those in use. */
  close(): void
}

/** More than any answer needs, and little enough to hold in memory. */
const maxResponseBytes = 32 * 1024 * 1024
/** How long a finished answer may take to end properly, so that its connection can be used again. */
const drainMs = 1_000
/** A response with one of these must not have a body. */
const bodiless = new Set([204, 205, 304])

/**
 * A `fetch` on connections of our own: with a deadline for connecting and none that we did not set, without redirects, and closed for
 * good by `close`. Only the headers named here are sent, whatever else the client library would add about this machine.
 */
export function openTransport({ baseUrl, apiKey, userAgent, connectMs }: TransportOptions): Transport {
  const address = new URL(baseUrl)
  const socketPath = address.protocol === 'unix:' ? decodeURIComponent(address.pathname) : undefined
  const secure = address.protocol === 'https:'
  // Importing them would read everything they export, `WebSocket` among it, and so load Node's own `fetch`.
  const { Agent, request: open } = process.getBuiltinModule(secure ? 'node:https' : 'node:http')
  const agent = new Agent({ keepAlive: true })
  const key = apiKey?.trim()
  const headers = {
    accept: 'text/event-stream, application/json',
    'accept-encoding': 'identity',
    'user-agent': userAgent,
    ...(key ? { authorization: `Bearer ${key}` } : {}),
  }

  const fetch: typeof globalThis.fetch = async (input, init = {}) => {
    const body = typeof init.body === 'string' ? init.body : ''
    const request = open(typeof input === 'object' && 'url' in input ? input.url : input, {
      agent,
      method: init.method ?? 'GET',
      headers: body === '' ? headers : { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      ...(socketPath === undefined ? {} : { socketPath }),
    })
    limitConnecting(request, connectMs)
    if (init.signal) destroyOnAbort(request, init.signal)
    return await new Promise<Response>((resolve, reject) => {
      // Stays after the response came: what happens to the request then is an error of the body, and must not be an unhandled one here.
      request.on('error', reject)
      request.once('response', (message) => {
        try {
          resolve(toResponse(message))
        } catch (error) {
          request.destroy()
          reject(error)
        }
      })
      request.end(body)
    })
  }
  return { baseUrl: socketPath === undefined ? baseUrl : 'http://localhost/v1', fetch, close: () => agent.destroy() }
}

/**
 * By hand, because Node would also tie the signal to the socket, which serves other requests later; and without an error, because a socket
 * that is just being handed back has nobody who listens for one.
 */
function destroyOnAbort(request: http.ClientRequest, signal: AbortSignal) {
  const abort = () => void request.destroy()
  if (signal.aborted) return abort()
  signal.addEventListener('abort', abort, { once: true })
  request.once('close', () => signal.removeEventListener('abort', abort))
}

function limitConnecting(request: http.ClientRequest, connectMs: number) {
  request.once('socket', (socket) => {
    if (!socket.connecting) return
    const timer = setTimeout(() => request.destroy(connectTimeout(request, connectMs)), connectMs)
    const stop = () => clearTimeout(timer)
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', stop)
    socket.once('close', stop)
  })
}

function connectTimeout(request: http.ClientRequest, connectMs: number): AppError {
  return new AppError('ENGINE_TIMEOUT', `No connection to ${request.host} within ${connectMs} ms.`, {
    hint: 'Check the address and the network, or raise the deadline for connecting.',
  })
}

function toResponse(message: http.IncomingMessage): Response {
  const status = message.statusCode ?? 0
  const headers = new Headers()
  for (const [name, values] of Object.entries(message.headersDistinct)) for (const value of values ?? []) headers.append(name, value)
  if (!bodiless.has(status)) return new Response(bodyOf(message), { status, headers })
  message.resume()
  return new Response(null, { status, headers })
}

async function* bodyOf(message: http.IncomingMessage): AsyncGenerator<Uint8Array> {
  let bytes = 0
  try {
    for await (const chunk of message.iterator({ destroyOnReturn: false })) {
      bytes += chunk.length
      if (bytes > maxResponseBytes) throw tooLong()
      yield chunk
    }
  } catch (error) {
    message.destroy()
    throw error
  } finally {
    drain(message)
  }
}

/** The reader stops at the last event; only a response that was read to its end gives its connection back. */
function drain(message: http.IncomingMessage) {
  if (message.destroyed || message.readableEnded) return
  const timer = setTimeout(() => message.destroy(), drainMs)
  message.once('close', () => clearTimeout(timer))
  message.on('error', () => clearTimeout(timer))
  message.resume()
}

function tooLong(): AppError {
  return new AppError('ENGINE_FAILED', `The endpoint sent more than ${maxResponseBytes / 1024 / 1024} MiB as one answer.`, {
    hint: 'Look at the log of the server: it does not stop where it is told to.',
  })
}
