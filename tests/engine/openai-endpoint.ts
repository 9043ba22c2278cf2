import { endpointHandle } from '../../src/engine/openai/endpoint-handle.ts'
import { defaultDeadlines, type Deadlines, type EndpointOptions } from '../../src/engine/openai/endpoint-options.ts'
import type { KnownServer, RememberedServer } from '../../src/engine/openai/remembered-server.ts'
import type { Engine } from '../../src/engine/engine.ts'

/** A server that is known from an earlier run, so that nothing is asked of it but what a test asks. */
const knownServer: KnownServer = {
  traits: {
    kind: 'openai-like',
    version: null,
    models: [{ id: 'scripted-model', contextTokens: null }],
    slots: null,
    hasTokenizer: false,
    tellsQueue: false,
    cachesPrefixes: null,
  },
  learned: { format: 'json_schema', without: [], offersTools: true },
}

export type TestOptions = Partial<Omit<EndpointOptions, 'deadlines'>> & { deadlines?: Partial<Deadlines> }

const known: RememberedServer = { recall: async () => knownServer, remember: async () => undefined, forget: async () => undefined }

/** Options for a server of the tests: a named model, no pauses between attempts, and no chance in them. */
export function testEndpointOptions({ baseUrl }: { baseUrl: string }, { deadlines, ...more }: TestOptions = {}): EndpointOptions {
  return {
    baseUrl,
    model: 'scripted-model',
    apiKey: null,
    contextTokens: null,
    parallel: null,
    deadlines: { ...defaultDeadlines, ...deadlines },
    maxRetries: 3,
    userAgent: 'coding-agent/test',
    random: () => 1,
    sleep: async () => undefined,
    ...(more.model !== null && { remembered: known }),
    ...more,
  }
}

export function openTestEndpoint(server: { baseUrl: string }, options: TestOptions = {}): Promise<Engine> {
  return endpointHandle(testEndpointOptions(server, options)).open(new AbortController().signal)
}
