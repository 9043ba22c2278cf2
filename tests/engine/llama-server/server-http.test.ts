import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { openServerHttp } from '../../../src/engine/llama-server/server-http.ts'

const signal = new AbortController().signal
const schema = z.object({ tokens: z.array(z.int()) })

async function asked(listener: RequestListener, work: (http: ReturnType<typeof openServerHttp>) => Promise<unknown>): Promise<unknown> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const http = openServerHttp({ port, apiKey: 'key', userAgent: 'test', answerMs: 300 })
  try {
    return await work(http).catch((error: unknown) => error)
  } finally {
    http.close()
    server.closeAllConnections()
    server.close()
  }
}

it('sends the key, and returns what was said', async () => {
  const listener: RequestListener = (request, response) => {
    response.end(JSON.stringify({ tokens: request.headers.authorization === 'Bearer key' && request.method === 'POST' ? [7] : [] }))
  }
  expect(await asked(listener, (http) => http.json('/tokenize', { schema, signal, body: {} }))).toEqual({ tokens: [7] })
})

it.each([
  ['no JSON', 200, '<html>'],
  ['something else', 200, '{"tokens":"many"}'],
  ['that it has no such path', 404, '{}'],
])('returns nothing where the server says %s', async (_name, status, text) => {
  const listener: RequestListener = (_request, response) => void response.writeHead(status).end(text)
  expect(await asked(listener, (http) => http.json('/tokenize', { schema, signal }))).toBeNull()
})

it('asks again where a connection breaks, and not for ever', async () => {
  let requests = 0
  const listener: RequestListener = (request, response) => {
    if (++requests < 3) request.destroy()
    else response.end('{"tokens":[]}')
  }
  expect(await asked(listener, (http) => http.json('/tokenize', { schema, signal }))).toEqual({ tokens: [] })
  const broken = await asked(
    (request) => void request.destroy(),
    (http) => http.json('/tokenize', { schema, signal }),
  )
  expect(broken).toMatchObject({ code: 'ENGINE_FAILED', message: expect.stringContaining('broke off its answer to /tokenize') })
})

it('waits for no answer longer than it takes, and no longer than the caller', async () => {
  const silent = () => {}
  expect(await asked(silent, (http) => http.json('/tokenize', { schema, signal }))).toMatchObject({ code: 'ENGINE_TIMEOUT' })
  expect(await asked(silent, (http) => http.status('/health', { signal, timeoutMs: 100 }))).toBeNull()
  const abort = new AbortController()
  const reason = new Error('not wanted any more')
  const listener: RequestListener = () => abort.abort(reason)
  expect(await asked(listener, (http) => http.json('/tokenize', { schema, signal: abort.signal }))).toBe(reason)
  expect(await asked(silent, (http) => http.status('/health', { signal: abort.signal, timeoutMs: 100 }))).toBe(reason)
})
