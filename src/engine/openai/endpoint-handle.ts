import type { EngineHandle } from '../engine.ts'
import type { EndpointOptions } from './endpoint-options.ts'

/** Any OpenAI-compatible server as an engine. Nothing is loaded, looked up or sent before it is prepared or opened. */
export function endpointHandle(options: EndpointOptions): EngineHandle {
  return {
    kind: 'endpoint',
    model: options.model,
    digest: null,
    place: options.baseUrl,
    prepare,
    open: async (signal) => (await import('./endpoint.ts')).openEndpoint(options, signal),
  }
}

/** Half of a start is loading the client library and Node's own `fetch`. What fails here fails again, and is told, when it is opened. */
function prepare(): void {
  setImmediate(() => {
    Promise.all([import('./endpoint.ts'), import('openai'), import('openai/core/streaming')]).catch(() => {})
  })
}
