import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

interface Asked {
  path: string
  body: unknown
}

type Routes = Record<string, unknown>

/** A server that answers each path with its document, given or made; others with 404. Strings are sent as they are. */
export async function startJsonServer(routes: Routes, headers: Record<string, string> = {}) {
  const asked: Asked[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? ''
    const body = await text(request)
    asked.push({ path, body: body === '' ? null : (JSON.parse(body) as unknown) })
    const route = routes[path]
    const document: unknown = typeof route === 'function' ? await (route as (body: unknown) => unknown)(asked.at(-1)?.body) : route
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    if (document === undefined) return void response.writeHead(404).end('{"error":{"message":"File Not Found"}}')
    response.setHeader('content-type', 'application/json')
    response.end(typeof document === 'string' ? document : JSON.stringify(document))
  }
  const server = createServer((request, response) => void answer(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    routes,
    asked,
    paths: () => asked.map(({ path }) => path),
    baseUrl: `http://127.0.0.1:${port}/v1`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
