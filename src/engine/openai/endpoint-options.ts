import type { RememberedServer } from './remembered-server.ts'

export interface Deadlines {
  /** Name look-up, connection and TLS handshake. */
  connectMs: number
  /** From sending the request to the first token: the server reads the whole prompt in this time. */
  firstTokenMs: number
  /** Between two pieces of an answer. */
  idleMs: number
  /** Everything, retries and pauses included. */
  totalMs: number
}

export interface EndpointOptions {
  /** Where `/chat/completions` is appended; `unix:/path/to/socket` speaks to a local socket. */
  baseUrl: string
  /** Null asks the server which models it has, and takes the first. */
  model: string | null
  apiKey: string | null
  /** Null takes what the server says, otherwise `defaultContextTokens`. */
  contextTokens: number | null
  parallel: number | null
  deadlines: Deadlines
  maxRetries: number
  userAgent: string
  /** Where what servers say of themselves is kept for later runs; without it, nothing is. */
  rememberIn?: string | null
  /** What is known of this server instead, for tests. */
  remembered?: RememberedServer
  /** Chance and waiting, for tests that must not depend on either. */
  random?: () => number
  sleep?: (milliseconds: number, signal: AbortSignal) => Promise<void>
}

export const defaultDeadlines: Deadlines = { connectMs: 5_000, firstTokenMs: 120_000, idleMs: 30_000, totalMs: 300_000 }

/** The promise to users; an option may lower it and never raise it. */
export const mostRetries = 3

/** Servers on small machines are often started with no more than this, and a unit of work needs half of it. */
export const defaultContextTokens = 8_192

export const defaultParallel = 4

/** vLLM batches whatever is there; its own limit is 256 sequences on most GPUs (`--max-num-seqs`). */
export const vllmParallel = 16
