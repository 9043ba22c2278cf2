import { afterAll, beforeAll } from 'vitest'
import { describeEngine } from './contract.ts'
import { openTestEndpoint } from './openai-endpoint.ts'
import { startScriptedServer, type ScriptedServer } from '../helpers/scripted-server.ts'

let server: ScriptedServer
beforeAll(async () => {
  server = await startScriptedServer({
    contextTokens: 4_096,
    answer: (request) =>
      request.response_format
        ? JSON.stringify({ verdict: 'some', items: [{ quote: 'if (größe)', line: 17, note: null }] })
        : Array.from({ length: 40 }, (_, index) => index + 1).join(', '),
  })
})
afterAll(() => server.close())

describeEngine('an endpoint', () => openTestEndpoint(server, { contextTokens: 4_096 }), { tokenProbabilities: true })
describeEngine('an endpoint whose context is not known here', () => openTestEndpoint(server, { contextTokens: 1_000_000 }), {
  tokenProbabilities: true,
})
