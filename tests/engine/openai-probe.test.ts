import { mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EndpointOptions } from '../../src/engine/openai/endpoint-options.ts'
import { openConnection } from '../../src/engine/openai/connection.ts'
import { endpointHandle } from '../../src/engine/openai/endpoint-handle.ts'
import { probeServer } from '../../src/engine/openai/probe-server.ts'
import { rememberedServer } from '../../src/engine/openai/remembered-server.ts'
import { startScriptedServer } from '../helpers/scripted-server.ts'
import { ask } from './contract.ts'
import { testEndpointOptions } from './openai-endpoint.ts'
import { startJsonServer } from './openai-json-server.ts'

const never = new AbortController().signal
const newFolder = () => mkdtemp(join(tmpdir(), 'servers-'))

async function probe(baseUrl: string) {
  const connection = openConnection(testEndpointOptions({ baseUrl }), () => {})
  try {
    return (await probeServer(connection.ask, never))?.traits ?? null
  } finally {
    connection.close()
  }
}

/** An endpoint that keeps what it learns in a folder. */
function open(server: { baseUrl: string }, options: Partial<EndpointOptions> = {}) {
  const { remembered: _, ...rest } = testEndpointOptions(server)
  return endpointHandle({ ...rest, ...options }).open(never)
}

describe('a server', () => {
  it('is vLLM by the owner of its models, and says its version and context', async () => {
    await using server = await startJsonServer({
      '/v1/models': { data: [{ id: 'qwen', owned_by: 'vllm', max_model_len: 65_536 }] },
      '/version': { version: '0.12.1' },
    })
    expect(await probe(server.baseUrl)).toEqual({
      kind: 'vllm',
      version: '0.12.1',
      models: [{ id: 'qwen', contextTokens: 65_536 }],
      slots: null,
      hasTokenizer: true,
      tellsQueue: true,
      cachesPrefixes: true,
    })
  })

  it('is llama-server by its name, and has the context of one slot', async () => {
    await using server = await startJsonServer(
      {
        '/v1/models': { data: [{ id: 'm.gguf', owned_by: 'llamacpp', meta: { n_ctx: 9999 } }] },
        '/props': { total_slots: 2, build_info: 'b42', default_generation_settings: { n_ctx: 2048 } },
        '/metrics': 'llamacpp:requests_deferred 0',
      },
      { server: 'llama.cpp' },
    )
    expect(await probe(server.baseUrl)).toMatchObject({
      kind: 'llama-server',
      version: 'b42',
      models: [{ id: 'm.gguf', contextTokens: 2048 }],
      slots: 2,
      hasTokenizer: true,
      tellsQueue: true,
    })
    server.routes['/metrics'] = undefined
    server.routes['/props'] = undefined
    expect(await probe(server.baseUrl)).toMatchObject({ slots: null, tellsQueue: false, models: [{ id: 'm.gguf', contextTokens: 9999 }] })
  })

  it('is Ollama also where its models belong to a user, and has the context that is loaded', async () => {
    const running = { models: [{ name: 'mine:latest', context_length: 4096 }] }
    await using server = await startJsonServer({
      '/v1/models': { data: [{ id: 'mine:latest', owned_by: 'somebody' }] },
      '/api/version': { version: '0.9' },
    })
    expect(await probe(server.baseUrl)).toMatchObject({ kind: 'ollama', version: '0.9' })
    server.routes['/v1/models'] = { data: [{ id: 'mine:latest', owned_by: 'library' }, { id: 'other' }] }
    server.routes['/api/ps'] = running
    expect(await probe(server.baseUrl)).toMatchObject({
      kind: 'ollama',
      models: [
        { id: 'mine:latest', contextTokens: 4096 },
        { id: 'other', contextTokens: null },
      ],
    })
  })

  it('is LM Studio by its owner, and has the context that is loaded', async () => {
    await using server = await startJsonServer({
      '/v1/models': { data: [{ id: 'a', owned_by: 'organization_owner' }] },
      '/api/v0/models': { data: [{ id: 'a', loaded_context_length: 12_000 }] },
    })
    expect(await probe(server.baseUrl)).toMatchObject({ kind: 'lm-studio', models: [{ id: 'a', contextTokens: 12_000 }] })
  })

  it('is something like OpenAI otherwise, below whatever path it lies', async () => {
    await using server = await startJsonServer({ '/models/v1/models': { data: [{ id: 'a' }] } })
    expect(await probe(server.baseUrl.replace('/v1', '/models/v1'))).toMatchObject({
      kind: 'openai-like',
      models: [{ id: 'a', contextTokens: null }],
      hasTokenizer: false,
    })
    expect(server.paths()).toEqual(['/models/v1/models', '/models/api/version'])
  })

  const endless = JSON.stringify({ data: [{ id: 'x'.repeat(5000) }] })
  it.each(['not JSON', '[]', '{"data":[{"id":""}]}', '{"data":7}', endless])('is not known by a list that is none: %.30s', async (list) => {
    await using server = await startJsonServer({ '/v1/models': list })
    expect(await probe(server.baseUrl)).toBeNull()
  })

  it('is not known when nothing listens', async () => {
    expect(await probe('http://127.0.0.1:1/v1')).toBeNull()
  })

  it('is known however strange what it says of itself', async () => {
    await using server = await startJsonServer({})
    const owner = fc.constantFrom('vllm', 'llamacpp', 'library', 'organization_owner', null, 7)
    await fc.assert(
      fc.asyncProperty(owner, fc.jsonValue(), fc.jsonValue(), async (owned_by, more, detail) => {
        server.routes['/v1/models'] = { data: [{ id: 'a', owned_by, max_model_len: more, meta: more }] }
        for (const path of ['/version', '/props', '/api/version', '/api/ps', '/api/v0/models']) server.routes[path] = JSON.stringify(detail)
        expect((await probe(server.baseUrl))?.models[0]?.id).toBe('a')
      }),
      { numRuns: 40 },
    )
  })
})

describe('what is known of a server', () => {
  it('gives an engine its context, its slots and its model', async () => {
    await using server = await startJsonServer(
      {
        '/v1/models': { data: [{ id: 'm', owned_by: 'llamacpp' }] },
        '/props': { total_slots: 3, default_generation_settings: { n_ctx: 5000 } },
      },
      { server: 'llama.cpp' },
    )
    const engine = await open(server, { model: null })
    await engine.close()
    expect(engine).toMatchObject({ model: 'm', contextTokens: 5000, parallel: 3 })
  })

  it('is asked for once, and kept for the next run', async () => {
    const rememberIn = await newFolder()
    await using server = await startScriptedServer({ answer: () => 'hello', models: ['qwen3-coder'] })
    for (const model of [null, null]) {
      const engine = await open(server, { model, rememberIn })
      await engine.generate(ask('Hello?'))
      await engine.close()
      expect(engine.model).toBe('qwen3-coder')
    }
    expect(server.requests.filter(({ path }) => path.endsWith('/models'))).toHaveLength(1)
    expect(server.chatRequests).toHaveLength(2)
  })

  it('names neither the server nor the model in the names of files', async () => {
    const rememberIn = await newFolder()
    await using server = await startScriptedServer({ answer: () => 'hello', models: ['qwen3-coder'] })
    await (await open(server, { model: null, rememberIn })).close()
    expect(await readdir(rememberIn)).toEqual([expect.stringMatching(/^[0-9a-f]{32}\.json$/)])
  })

  it('includes what the server has refused, and says so again', async () => {
    const rememberIn = await newFolder()
    await using server = await startScriptedServer({ answer: () => '{"a":1}', refuses: ['json_schema', 'json_object', 'logprobs'] })
    const request = { ...ask('Hello?'), outputSchema: { type: 'object' } }
    const asked = async () => {
      const engine = await open(server, { rememberIn })
      const before = server.chatRequests.length
      await engine.generate(request)
      await engine.close()
      return { requests: server.chatRequests.length - before, notices: engine.notices.map(({ code }) => code) }
    }
    const first = await asked()
    expect(first.requests).toBeGreaterThan(1)
    expect(await asked()).toEqual({ requests: 1, notices: ['SCHEMA_NOT_ENFORCED'] })
  })

  it('is forgotten when a request fails that relied on it', async () => {
    const rememberIn = await newFolder()
    const options = { answer: () => 'hello', models: ['old'], mode: 'http-404' } as const
    await using server = await startScriptedServer(options)
    await (await open(server, { model: null, rememberIn })).close()
    expect(await readdir(rememberIn)).toHaveLength(1)
    const engine = await open(server, { model: null, rememberIn })
    await expect(engine.generate(ask('Hello?'))).rejects.toMatchObject({ code: 'ENGINE_REFUSED' })
    await engine.close()
    expect(await readdir(rememberIn)).toEqual([])
  })

  it.each([
    ['named', 'm', 3_600_000],
    ['chosen', null, 600_000],
  ])('is too old after a while: %s', async (_, model, age) => {
    const folder = await newFolder()
    const at = (now: number) => rememberedServer({ folder, baseUrl: 'http://127.0.0.1/v1', model, now: () => now })
    const { remember } = at(1_000)
    const server = { traits: traits(), learned: { format: 'text' as const, without: [], offersTools: true } }
    await remember(server)
    expect(await at(1_000 + age).recall()).toEqual(server)
    expect(await at(1_001 + age).recall()).toBeNull()
    expect(await at(999).recall()).toBeNull()
    await at(1).forget()
    expect(await at(1_000).recall()).toBeNull()
  })

  it.each(['', '{', '{"schemaVersion":2}', '{"schemaVersion":1,"probedAt":1,"server":{}}'])(
    'is asked for anew where a file is damaged: %j',
    async (text) => {
      const rememberIn = await newFolder()
      await using server = await startScriptedServer({ answer: () => 'hello', models: ['m'] })
      await (await open(server, { model: null, rememberIn })).close()
      const [file = ''] = await readdir(rememberIn)
      await writeFile(join(rememberIn, file), text)
      const engine = await open(server, { model: null, rememberIn })
      await engine.close()
      expect(engine.model).toBe('m')
      expect(server.requests.filter(({ path }) => path.endsWith('/models'))).toHaveLength(2)
    },
  )

  it('is kept only as a whole: what a busy server did not say in time is asked for again', async () => {
    const rememberIn = await newFolder()
    let props: unknown = new Promise(() => {})
    await using server = await startJsonServer(
      { '/v1/models': { data: [{ id: 'm', owned_by: 'llamacpp' }] }, '/props': () => props },
      { server: 'llama.cpp' },
    )
    const busy = await open(server, { model: null, rememberIn })
    await busy.close()
    expect([busy.model, await readdir(rememberIn)]).toEqual(['m', []])
    props = { default_generation_settings: { n_ctx: 5000 } }
    const engine = await open(server, { model: null, rememberIn })
    await engine.close()
    expect(engine.contextTokens).toBe(5000)
  })

  it('is not waited for by those who leave while the server is asked', async () => {
    const rememberIn = await newFolder()
    const abort = new AbortController()
    const hang = () => {
      abort.abort(new Error('left'))
      return new Promise(() => {})
    }
    await using server = await startJsonServer({ '/v1/models': { data: [{ id: 'm', owned_by: 'vllm' }] }, '/version': hang })
    const { remembered: _, ...options } = testEndpointOptions(server)
    await expect(endpointHandle({ ...options, rememberIn }).open(abort.signal)).rejects.toThrow('left')
    expect(await readdir(rememberIn)).toEqual([])
  })

  it('is not brought back by what was learned before it was forgotten', async () => {
    const rememberIn = await newFolder()
    const server = await startScriptedServer({ answer: () => '{"a":1}', models: ['m'], refuses: ['json_schema'] })
    await (await open(server, { model: null, rememberIn })).close()
    const engine = await open(server, { model: null, rememberIn, maxRetries: 0 })
    await engine.generate({ ...ask('Hello?'), outputSchema: { type: 'object' } })
    await server[Symbol.asyncDispose]()
    await expect(engine.generate(ask('Hello?'))).rejects.toMatchObject({ code: expect.stringMatching(/^ENGINE_(?:UNREACHABLE|FAILED)$/) })
    await engine.close()
    expect(await readdir(rememberIn)).toEqual([])
  })

  it('is forgotten when what it says about the context keeps a request from being sent', async () => {
    const rememberIn = await newFolder()
    await using server = await startJsonServer({ '/v1/models': { data: [{ id: 'm', owned_by: 'vllm', max_model_len: 512 }] } })
    await (await open(server, { model: null, rememberIn })).close()
    server.routes['/v1/models'] = { data: [{ id: 'm', owned_by: 'vllm', max_model_len: 65_536 }] }
    const engine = await open(server, { model: null, rememberIn })
    await expect(engine.generate(ask('word '.repeat(1000)))).rejects.toMatchObject({ code: 'ENGINE_OUT_OF_CONTEXT' })
    await engine.close()
    expect(await readdir(rememberIn)).toEqual([])
  })

  it('is not needed to be kept', async () => {
    const folder = join(await newFolder(), 'file')
    await writeFile(folder, '')
    await using server = await startScriptedServer({ answer: () => 'hello', models: ['m'] })
    const engine = await open(server, { model: null, rememberIn: folder })
    await engine.close()
    expect(engine.model).toBe('m')
  })
})

const traits = () => ({
  kind: 'vllm' as const,
  version: null,
  models: [{ id: 'm', contextTokens: 1 }],
  slots: null,
  hasTokenizer: true,
  tellsQueue: true,
  cachesPrefixes: true,
})
