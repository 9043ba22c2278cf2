import { Ajv } from 'ajv'
import { afterAll, describe, expect, it } from 'vitest'
import { serverHandle } from '../../../src/engine/llama-server/server-handle.ts'
import { scriptedMoe, tinyMoe } from '../../helpers/local-models.ts'
import { ask, contractSchema, describeEngine } from '../contract.ts'
import { toolsTemplate } from '../llama/talk/tools-template.ts'
import { fakeServer, serverOptions } from './fake-server.ts'
import { realServer } from './real-server.ts'

const signal = () => new AbortController().signal

const fake = fakeServer()
afterAll(() => fake[Symbol.dispose]())
describeEngine('a managed llama-server', () => serverHandle(serverOptions(fake.environment), 'always').open(signal()), {
  tokenProbabilities: true,
  toolPrompt: 'Look up a word.',
})

const old = fakeServer({ isOld: true, props: {} })
afterAll(() => old[Symbol.dispose]())
describeEngine('a managed llama-server of an older kind', () => serverHandle(serverOptions(old.environment), old.program).open(signal()), {
  tokenProbabilities: true,
})

const isValid = new Ajv({ strict: false }).compile(contractSchema)

const program = realServer()
const openWith =
  (modelPath: string, more = {}) =>
  () =>
    serverHandle(serverOptions(process.env, { modelPath, ...more }), program ?? '').open(signal())

const items = [{ quote: 'cache.get(k)', line: 17, note: null }]
const script = {
  replies: [
    { trigger: 'What do you see', reply: JSON.stringify({ verdict: 'some', items }) },
    { trigger: 'Look up', reply: '<tool_call>\n{"name": "look_up", "arguments": {"word": "quince"}}\n</tool_call>' },
  ],
  fallback: 'One, two, three, four, and so on, up to one hundred.',
  chatTemplate: toolsTemplate,
}

// The one program of the tests that may be missing everywhere: nothing but its own source builds it.
describe.skipIf(program === null)('with a llama-server of llama.cpp', () => {
  // Random weights say bytes that are no text, which llama-server refuses; so this one is a model that says what it is told.
  describeEngine('a model that calls tools', openWith(scriptedMoe(script)), { tokenProbabilities: true, toolPrompt: 'Look up a word.' })

  describeEngine('two requests at once', openWith(scriptedMoe(script), { parallel: 2, contextTokens: 2048 }), { tokenProbabilities: true })

  it('keeps to the schema with any weights', async () => {
    const engine = await openWith(tinyMoe())()
    try {
      for (let seed = 1; seed <= (process.env.SOAK === '1' ? 200 : 5); seed++) {
        const { message, stopReason } = await engine.generate(
          ask('See.', { outputSchema: contractSchema, maxTokens: 600, seed, temperature: 1 }),
        )
        expect([seed, stopReason, isValid(JSON.parse(message.text))]).toEqual([seed, 'stop', true])
      }
    } finally {
      await engine.close()
    }
  })
})
it.skipIf(program !== null)('would also be held against a llama-server on PATH or in AGENT_TEST_LLAMA_SERVER', () => {
  expect(program).toBeNull()
})
