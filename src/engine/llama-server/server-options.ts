import type { LocalOptions } from '../llama/local-options.ts'
import type { LlamaServer } from './find-server.ts'
import type { Gpu } from './list-gpus.ts'
import type { OffloadPlan } from './plan-offload.ts'

/** What a model on this machine is opened with, and what is free there for it. */
export interface ServerOptions extends LocalOptions {
  /** Bytes of the machine's memory that can be had. */
  freeRam: () => number
  userAgent: string
}

/** One way to start the server. */
export interface ServerPlan {
  offload: OffloadPlan
  /** Those that are used. */
  gpus: readonly Gpu[]
  /** Threads that compute. */
  threads: number
  /** Whether the blocks of the model that guess further tokens are used. */
  drafts: boolean
}

/** What was found out before the server is started. */
export interface Prepared {
  server: LlamaServer
  /** From the best to the most modest: where one does not start, the next does. */
  plans: readonly [ServerPlan, ...ServerPlan[]]
  /** Of tokens, that the model was trained on. */
  trainedTokens: number | null
  notices: readonly { code: string; message: string; hint: string }[]
}
