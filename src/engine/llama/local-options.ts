/** When the engine process is given up on, in milliseconds. */
export interface LocalDeadlines {
  /** To start, and to load the model. */
  openMs: number
  /** From the moment a request is its turn to its first token. */
  firstTokenMs: number
  /** Between one token and the next. */
  idleMs: number
  /** From the moment a request is its turn to its last token. */
  totalMs: number
}

/** Generous: they end what hangs, not what is slow on a processor without a GPU. */
export const defaultLocalDeadlines: LocalDeadlines = { openMs: 600_000, firstTokenMs: 600_000, idleMs: 120_000, totalMs: 1_800_000 }

export interface LocalOptions {
  modelPath: string
  /** Of the weights, where the caller knows it. */
  digest: string | null
  /** What reports call the model; null takes the name that the file gives itself. */
  name: string | null
  /** Tokens that prompt and answer may have together; null takes what the model and the memory allow. */
  contextTokens: number | null
  /** Where to compute. */
  gpu: 'auto' | 'cuda' | 'metal' | 'vulkan' | 'off'
  threads: number | 'auto'
  /** Requests answered at once, where there is memory for them; null chooses. */
  parallel: number | null
  /** Where evaluated beginnings of prompts are kept for sequences and processes to come; without it, each evaluates its own. */
  prefixFolder?: string | null
  deadlines?: LocalDeadlines
  /** Of the calling process. The engine process sees only what it needs of it. */
  environment: Readonly<Record<string, string | undefined>>
}
