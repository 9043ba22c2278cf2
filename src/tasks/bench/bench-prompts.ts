import type { Message } from '../../domain/message.ts'
import type { Engine } from '../../engine/engine.ts'
import { sampleFunction, sampleText } from './sample-text.ts'

/** The requests of one benchmark: all of code, sized for the context of every engine that is measured. */
export interface BenchPrompts {
  /** Nothing of it was sent before: its first line has a number of its own. */
  cold(index: number): readonly Message[]
  /** Begins as all warm ones do; what is asked about differs. */
  warm(index: number): readonly Message[]
}

const instructions = 'You review source code. The notes of the project and the code around the change follow.'
const question = 'Explain the following function line by line, in at least 600 words, and do not stop early:'

/** Real reviews begin with about so much that all units share. */
const wishedPrefix = 1500

/** Makes the prompts; `nonce` keeps them apart from those of earlier runs, which a server may still have. */
export async function makePrompts(engines: readonly Engine[], { tokens, nonce }: { tokens: number; nonce: string }): Promise<BenchPrompts> {
  const room = Math.min(...engines.map(({ contextTokens }) => contextTokens)) - tokens
  const prefixTokens = Math.max(16, Math.min(wishedPrefix, Math.floor(room / 2) - 256))
  const [first] = engines
  const countTokens = async (text: string) => (await first?.countTokens(text)) ?? text.length
  const text = await sampleText(prefixTokens, { from: 0, countTokens })
  const ask = (head: string, index: number): readonly Message[] => [
    { role: 'system', text: `${head}\n${instructions}\n\n${text}` },
    { role: 'user', text: `${question}\n\n${sampleFunction(10_000 + index)}` },
  ]
  return {
    cold: (index) => ask(`Run ${nonce}-${index}.`, index),
    warm: (index) => ask(`Run ${nonce}.`, index),
  }
}
