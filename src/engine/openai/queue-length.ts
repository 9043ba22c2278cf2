import type { AskServer } from './probe-server.ts'

/** How long an answer holds: metrics are read to see a trend, not each request. */
const freshMs = 2_000
const waitMs = 1_000

/** vLLM's and llama-server's names for requests that wait (https://docs.vllm.ai, "Production metrics"; tools/server/README.md of llama.cpp). */
const waitingName = /^(?:vllm:num_requests_waiting|llamacpp:requests_deferred)(?:\{[^}]*\})?\s+(\d+(?:\.\d+)?)/gm

/** Whether requests wait inside a server; what cannot be read counts as nobody waiting. */
export function createQueueReader(ask: AskServer, signal: AbortSignal, now = () => performance.now()): () => Promise<boolean> {
  let [readAt, isCrowded] = [Number.NEGATIVE_INFINITY, false]
  return async () => {
    if (now() - readAt < freshMs) return isCrowded
    readAt = now()
    try {
      const response = await ask('/metrics', { signal: AbortSignal.any([signal, AbortSignal.timeout(waitMs)]) })
      isCrowded = response.ok && waitingRequests(await response.text()) > 0
    } catch {
      isCrowded = false
    }
    return isCrowded
  }
}

/** The requests that wait by a page of metrics in Prometheus' text format, over all models. */
export function waitingRequests(metrics: string): number {
  return [...metrics.matchAll(waitingName)].reduce((sum, [, value]) => sum + Number(value), 0)
}
