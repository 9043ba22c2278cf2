import { endpointHandle } from '../../src/engine/openai/endpoint-handle.ts'
import { defaultDeadlines, type Deadlines, type EndpointOptions } from '../../src/engine/openai/endpoint-options.ts'
import type { Engine } from '../../src/engine/engine.ts'

export type TestOptions = Partial<Omit<EndpointOptions, 'deadlines'>> & { deadlines?: Partial<Deadlines> }

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
    ...more,
  }
}

export function openTestEndpoint(server: { baseUrl: string }, options: TestOptions = {}): Promise<Engine> {
  return endpointHandle(testEndpointOptions(server, options)).open(new AbortController().signal)
}
