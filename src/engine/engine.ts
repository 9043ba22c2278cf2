import type { AssistantMessage, Message, Usage } from '../domain/message.ts'

export type JsonSchema = Record<string, unknown>

export interface ToolSpec {
  name: string
  description: string
  inputSchema: JsonSchema
}

export interface GenerateRequest {
  messages: readonly Message[]
  tools: readonly ToolSpec[]
  /** When set, the answer is constrained to this schema (grammar or guided decoding) where the engine can. */
  outputSchema?: JsonSchema
  maxTokens: number
  /** 0 is greedy, and the default. */
  temperature?: number
  seed: number
  /** Much of the answer is expected to stand in the prompt, as in an edit: an engine that can then answers with fewer steps. Never changes what is said. */
  copiesInput?: boolean
  /** What a thinking model may spend on its thoughts, besides `maxTokens` for the answer. Without it, the answer comes at once where the model allows it. */
  thinking?: { maxTokens: number }
  signal: AbortSignal
  onText?: (delta: string) => void
}

/** One generated token and its natural-log probability, in order of the answer's text. */
export interface TokenProbability {
  text: string
  logprob: number
}

export interface Generation {
  message: AssistantMessage
  /** What a thinking model thought before it, where the engine tells. Never part of the text. */
  thought?: string
  /** `length`: cut off by `maxTokens`; the text is then not to be trusted as a whole. */
  stopReason: 'stop' | 'tool-calls' | 'length'
  usage: Usage
  /** Milliseconds from sending the request to the first token, and to the last. */
  firstTokenMs: number
  totalMs: number
  /** Where the engine gives them. */
  tokens?: readonly TokenProbability[]
}

/** A model that can be asked. Knows nothing of tools' behaviour, tasks, git or the terminal. */
export interface Engine {
  readonly kind: 'local' | 'endpoint' | 'daemon'
  readonly model: string
  /** What the answers depend on besides the name: digest of the weights, where it is known. */
  readonly digest: string | null
  /** Tokens that prompt and answer may have together. */
  readonly contextTokens: number
  /** Whether it takes `tools` in a request; a server may turn out not to. Otherwise the caller asks for a call as JSON under a schema. */
  readonly offersTools: boolean
  /** How many requests it answers at once without slowing each other down. */
  readonly parallel: number
  /** Things worth telling once, e.g. a fall-back that was taken: GPU to CPU, schema to text. */
  readonly notices: readonly { code: string; message: string; hint: string }[]
  /** The engine's own count where it has one, otherwise an estimate that errs upward. */
  countTokens(text: string): Promise<number>
  /** Throws `AppError`; never returns a half-parsed message. */
  generate(request: GenerateRequest): Promise<Generation>
  close(): Promise<void>
}

/** A chosen engine that costs nothing until `open`: a cached run never loads a model. */
export interface EngineHandle {
  readonly kind: Engine['kind']
  /** Null: only known once it is open, because the server chooses. */
  readonly model: string | null
  readonly digest: string | null
  /** Where the model answers, for those whose names mean something else elsewhere. */
  readonly place?: string
  /** Loads the code that `open` will need, while the caller waits for something else. Sends and starts nothing. */
  prepare?(): void
  open(signal: AbortSignal): Promise<Engine>
}
