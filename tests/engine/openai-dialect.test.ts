import { describe, expect, it } from 'vitest'
import type { Engine } from '../../src/engine/engine.ts'
import { startScriptedServer, type ScriptedServerOptions } from '../helpers/scripted-server.ts'
import { ask } from './contract.ts'
import { openTestEndpoint } from './openai-endpoint.ts'

const answer = '{"verdict":"none"}'
const outputSchema = { type: 'object', required: ['verdict'], properties: { verdict: { enum: ['none', 'some'] } } }

/** Opens an engine on a server that refuses some fields, and lets the test ask it. */
async function withServer(
  options: Partial<ScriptedServerOptions>,
  use: (engine: Engine, bodies: () => (Record<string, unknown> | null)[]) => Promise<void>,
) {
  await using server = await startScriptedServer({ answer: () => answer, ...options })
  const engine = await openTestEndpoint(server)
  await use(engine, () => server.chatRequests.map((request) => request.body as Record<string, unknown> | null))
  await engine.close()
}

describe('a server that understands everything', () => {
  it('is asked for the schema, strictly, and without a thinking phase', async () => {
    await withServer({}, async (engine, bodies) => {
      await engine.generate(ask('Review this.', { outputSchema, seed: 42 }))
      expect(bodies()).toEqual([
        {
          model: 'scripted-model',
          messages: [{ role: 'user', content: 'Review this.' }],
          stream: true,
          stream_options: { include_usage: true },
          max_tokens: 64,
          temperature: 0,
          seed: 42,
          logprobs: true,
          chat_template_kwargs: { enable_thinking: false },
          response_format: { type: 'json_schema', json_schema: { name: 'answer', schema: outputSchema, strict: true } },
        },
      ])
      expect(engine.notices).toEqual([])
    })
  })

  it('is not told how to think or to give probabilities where text is wanted', async () => {
    await withServer({}, async (engine, bodies) => {
      await engine.generate(ask('Explain this.', { temperature: 0.7 }))
      expect(bodies()).toEqual([
        {
          model: 'scripted-model',
          messages: [{ role: 'user', content: 'Explain this.' }],
          stream: true,
          stream_options: { include_usage: true },
          max_tokens: 64,
          temperature: 0.7,
          seed: 1,
        },
      ])
    })
  })
})

describe('a server that refuses', () => {
  it.each(['logprobs', 'chat_template_kwargs', 'stream_options', 'seed', 'temperature'])(
    '%s is asked without it from then on',
    async (field) => {
      await withServer({ refuses: [field] }, async (engine, bodies) => {
        for (let round = 0; round < 3; round++)
          expect((await engine.generate(ask('Review this.', { outputSchema }))).message.text).toBe(answer)
        const [refused, ...accepted] = bodies()
        expect(accepted).toHaveLength(3)
        const { [field]: dropped, ...rest } = refused ?? {}
        expect(dropped).toBeDefined()
        expect(accepted).toEqual([rest, rest, rest])
        expect(engine.notices).toEqual([])
      })
    },
  )

  it('max_tokens gets the limit under its newer name', async () => {
    await withServer({ refuses: ['max_tokens'] }, async (engine, bodies) => {
      await engine.generate(ask('Review this.'))
      expect(bodies()[1]).toMatchObject({ max_completion_tokens: 64 })
      expect(bodies()[1]).not.toHaveProperty('max_tokens')
    })
  })

  it('schemas is asked for any object, and told the schema in words', async () => {
    await withServer({ refuses: ['json_schema'] }, async (engine, bodies) => {
      for (let round = 0; round < 2; round++) await engine.generate(ask('Review this.', { outputSchema }))
      expect(bodies().map((body) => body?.['response_format'])).toMatchObject([
        { type: 'json_schema' },
        { type: 'json_object' },
        { type: 'json_object' },
      ])
      expect(bodies()[2]).toMatchObject({
        messages: [
          { role: 'user', content: expect.stringMatching(/^Review this\.\n\nAnswer with nothing but.*"enum":\["none","some"\]/s) },
        ],
      })
      expect(engine.notices).toEqual([
        { code: 'SCHEMA_NOT_ENFORCED', message: expect.stringContaining('any JSON object'), hint: expect.any(String) },
      ])
    })
  })

  it('both kinds of structure is asked for text', async () => {
    await withServer({ refuses: ['json_schema', 'json_object'] }, async (engine, bodies) => {
      await engine.generate(ask('Review this.', { outputSchema }))
      expect(bodies().map((body) => (body?.['response_format'] as { type?: string } | undefined)?.type)).toEqual([
        'json_schema',
        'json_object',
        undefined,
      ])
      expect(engine.notices).toMatchObject([{ message: expect.stringContaining('plain text') }])
    })
  })

  it('the whole field is asked for text at once', async () => {
    await withServer({ mode: 'http-400-schema' }, async (engine, bodies) => {
      for (let round = 0; round < 2; round++) await engine.generate(ask('Review this.', { outputSchema }))
      expect(bodies().map((body) => body?.['response_format'] !== undefined)).toEqual([true, false, false])
    })
  })

  it('tools refuses the request, says so once, and is not taken for one that minds something else', async () => {
    const message = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
    await withServer({ refusesTools: { status: 400, message } }, async (engine, bodies) => {
      const tools = [{ name: 'look', description: 'Look.', inputSchema: { type: 'object', properties: {} } }]
      for (let round = 0; round < 2; round++)
        await expect(engine.generate(ask('Look.', { tools }))).rejects.toMatchObject({
          code: 'ENGINE_REFUSED',
          message: expect.stringContaining(message),
        })
      expect(bodies()).toHaveLength(2)
      expect(engine).toMatchObject({
        offersTools: false,
        notices: [{ code: 'TOOLS_NOT_OFFERED', hint: expect.stringContaining('--tool-call-parser') }],
      })
      expect((await engine.generate(ask('Review this.'))).message.text).toBe(answer)
    })
  })

  it('several fields one by one loses them one by one', async () => {
    await withServer({ refuses: ['logprobs', 'seed', 'response_format'] }, async (engine, bodies) => {
      await engine.generate(ask('Review this.', { outputSchema }))
      await engine.generate(ask('Review this.', { outputSchema }))
      expect(bodies()).toHaveLength(5)
      expect(bodies().at(-1)).toMatchObject({ chat_template_kwargs: { enable_thinking: false }, temperature: 0 })
    })
  })

  it.each([['logprobs'], ['response_format'], ['response_format', 'seed']])(
    '%s without saying so is found out within three guesses',
    async (...refuses) => {
      await withServer({ refuses, vagueRefusals: true }, async (engine, bodies) => {
        for (let round = 0; round < 2; round++)
          expect((await engine.generate(ask('Review this.', { outputSchema }))).message.text).toBe(answer)
        expect(bodies().length).toBeLessThanOrEqual(5)
        for (const field of refuses) expect(bodies().at(-1)).not.toHaveProperty(field)
      })
    },
  )

  it('everything is asked for less only once', async () => {
    await withServer({ refuses: ['model'], vagueRefusals: true }, async (engine, bodies) => {
      for (let round = 0; round < 3; round++) {
        await expect(engine.generate(ask('Review this.', { outputSchema }))).rejects.toMatchObject({
          code: 'ENGINE_REFUSED',
          message: expect.stringContaining('Bad request.'),
        })
      }
      expect(bodies()).toHaveLength(4 + 1 + 1)
      expect(engine.notices).toEqual([])
    })
  })

  it('a field that two requests bring at the same time is told once', async () => {
    await withServer({ refuses: ['json_schema'] }, async (engine) => {
      await Promise.all([1, 2, 3].map((seed) => engine.generate(ask('Review this.', { outputSchema, seed }))))
      expect(engine.notices).toHaveLength(1)
    })
  })

  it('to be overloaded while it is being found out is still waited for', async () => {
    await withServer({ refuses: ['seed'], mode: 'http-503', times: 2 }, async (engine, bodies) => {
      expect((await engine.generate(ask('Review this.', { outputSchema }))).message.text).toBe(answer)
      expect(bodies().length).toBeLessThanOrEqual(8)
    })
  })
})
