import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSilentServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { endpointProbe } from '../../../src/commands/doctor/endpoint-probe.ts'
import { surroundings, told } from './surroundings-fixture.ts'

async function serve(listener: RequestListener, where: string | number = 0): Promise<string> {
  const server = createServer(listener)
  await listen(server, where)
  onTestFinished(() => server.closeAllConnections())
  return where === 0 ? `http://127.0.0.1:${(server.address() as AddressInfo).port}` : String(where)
}

/** Accepts, and then says nothing. */
async function silent(where: string | number = 0): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createSilentServer((socket) => void sockets.add(socket))
  await listen(server, where)
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()))
  return where === 0 ? `http://127.0.0.1:${(server.address() as AddressInfo).port}` : String(where)
}

async function listen(server: Server | ReturnType<typeof createSilentServer>, where: string | number): Promise<void> {
  await new Promise<void>((resolve) =>
    typeof where === 'string' ? server.listen(where, resolve) : server.listen(where, '127.0.0.1', resolve),
  )
  onTestFinished(() => void server.close())
}

const askedOf = (
  baseUrl: string,
  { environment = {}, ...engine }: { environment?: Record<string, string>; model?: string; use?: string; apiKeyEnv?: string } = {},
) => told(endpointProbe, surroundings({ environment, config: { engine: { baseUrl, ...engine } } }))

describe('the endpoint probe', () => {
  it('is silent where no endpoint would be asked', async () => {
    expect(await told(endpointProbe, surroundings())).toBeNull()
    expect(await askedOf('http://127.0.0.1:1/v1', { use: 'local' })).toBeNull()
  })

  it('asks for the models, with the key', async () => {
    const seen: unknown[] = []
    const url = await serve((request, response) => {
      if (request.url === '/v1/models') seen.push([request.url, request.headers.authorization])
      response.end(JSON.stringify({ object: 'list', data: [{ id: 'one' }, { id: 'two' }] }))
    })
    expect(await askedOf(`${url}/v1/`, { model: 'two', environment: { AGENT_API_KEY: 'k' } })).toBe(
      `ok: ${url}/v1/ answers; it has 2 models`,
    )
    expect(await askedOf(`${url}/v1`)).toMatch(/^ok: /)
    expect(await askedOf(`${url}/v1`, { model: 'three' })).toBe(
      `warning: ${url}/v1 does not list the model three -> It lists one, two: set engine.model to one of them.`,
    )
    expect(seen).toEqual([
      ['/v1/models', 'Bearer k'],
      ['/v1/models', 'Bearer k'],
      ['/v1/models', undefined],
      ['/v1/models', undefined],
      ['/v1/models', undefined],
    ])
  })

  it('says what the server is, where it tells', async () => {
    const url = await serve((request, response) => {
      const answers: Record<string, unknown> = {
        '/api/v1/models': { data: [{ id: 'm', owned_by: 'vllm', max_model_len: 4096 }] },
        '/version': { version: '0.12.0' },
      }
      response.end(JSON.stringify(answers[request.url ?? ''] ?? {}))
    })
    expect(await askedOf(`${url}/api/v1`)).toBe(`ok: ${url}/api/v1 answers; its model is m; vLLM 0.12.0, 4096 tokens of context`)
  })

  it.each([
    [401, 'problem', /refuses the key \(HTTP 401\) -> Set MY_KEY to a key that it takes/],
    [302, 'problem', /redirects elsewhere \(HTTP 302\)/],
    [404, 'warning', /answers HTTP 404 .* -> Check that engine\.baseUrl ends where the API begins/],
    [500, 'warning', /answers HTTP 500/],
  ])('judges HTTP %d', async (status, verdict, line) => {
    const url = await serve((_request, response) => void response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end())
    const answer = await askedOf(url, { apiKeyEnv: 'MY_KEY', environment: { MY_KEY: 'x' } })
    expect(answer).toMatch(line)
    expect(answer).toMatch(new RegExp(`^${verdict}: `))
  })

  it.each(['<html>', '[]', JSON.stringify({ data: [{ id: 1 }] }), 'x'.repeat(3_000_000)])(
    'does not take %.20s for a list of models',
    async (body) => {
      const url = await serve((_request, response) => void response.end(body))
      expect(await askedOf(url)).toMatch(/^warning: .* answers, but not with a list of models/)
    },
  )

  it('names the only model', async () => {
    const url = await serve((_request, response) => void response.end('{"data":[{"id":"m"}]}'))
    expect(await askedOf(url)).toBe(`ok: ${url} answers; its model is m`)
  })

  it('does not wait for a server that accepts and never answers', async () => {
    const url = await silent()
    expect(await askedOf(url)).toBe(
      `problem: ${url} cannot be reached: no answer within 2000 ms -> Start the server, or correct engine.baseUrl.`,
    )
  })

  it('does not wait for a body that never ends', async () => {
    const url = await serve((_request, response) => void response.write('{"data":['))
    expect(await askedOf(url)).toMatch(/cannot be reached: no answer within 2000 ms/)
  })

  it('says why there is no connection', async () => {
    expect(await askedOf('http://127.0.0.1:9/v1')).toMatch(/^problem: http:\/\/127\.0\.0\.1:9\/v1 cannot be reached: /)
  })

  it('shows neither password nor query of an address', async () => {
    const withPassword = 'http://ada:hunter2@127.0.0.1:9/v1'
    expect(await askedOf(withPassword)).toMatch(/^problem: http:\/\/\*\*\*@127\.0\.0\.1:9\/v1 has a user name or password in it/)
    expect(await askedOf('http://127.0.0.1:9/v1?key=hunter3')).not.toContain('hunter3')
  })

  it('says which variable of the key is not set', async () => {
    await expect(askedOf('http://127.0.0.1:9', { apiKeyEnv: 'MY_KEY' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})
