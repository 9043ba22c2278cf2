import type { Message } from '../domain/message.ts'

/** One answer of the model and what came back: the results of its calls, or what was wrong with it. Kept or left out as a whole. */
export type Step = readonly Message[]

/** What took the place of steps that were left out. */
export interface Digest {
  /** A line for each call that wrote or ran something, and for each other one, oldest first. */
  changes: readonly string[]
  readings: readonly string[]
  /** The model's own summary; empty without one. */
  notes: string
  message: Message
}

/** A conversation in the parts that are treated differently when it gets too long. */
export interface History {
  /** Stays, whatever happens. */
  task: readonly Message[]
  digest: Digest | null
  steps: readonly Step[]
}

/** All messages in their order. */
export function messagesOf({ task, digest, steps }: History): Message[] {
  return [...task, ...(digest ? [digest.message] : []), ...steps.flat()]
}
