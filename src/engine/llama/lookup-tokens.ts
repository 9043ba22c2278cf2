import type { LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp'
import { createLookup } from './lookup.ts'
import { createDraftLength } from './lookup-length.ts'
import type { Rhythm } from './rhythm.ts'

/** What it took to say an answer. */
export interface SpeechCounts {
  /** Times that the model was run; without guesses, once for each token. */
  decodes: number
  /** Tokens that were guessed, and how many of them the model said. */
  drafted: number
  accepted: number
}

interface Copying {
  sequence: LlamaContextSequence
  /** The whole prompt, of which the last slice is not yet evaluated. */
  prompt: readonly Token[]
  lastSlice: readonly Token[]
  /** The answer has so many tokens at most. */
  maxTokens: number
  counts: SpeechCounts
  rhythm: Pick<Rhythm, 'alone'>
}

/**
 * Whether what is guessed wrong can be taken back without a trace. A state that is carried from token to token cannot, and of a sliding window what has
 * fallen out is gone.
 */
export const canTakeBack = ({ fileInsights }: Pick<LlamaModel, 'fileInsights'>): boolean =>
  !fileInsights.isRecurrent && !fileInsights.isHybrid && !fileInsights.swaSize

/**
 * Says greedily what the model would say anyway, several tokens in one run of the model where it copies: those that follow in the text that is copied are
 * evaluated with it, and count up to the first that the model would not have said. That one and those behind it are erased.
 */
export async function* copyingTokens({
  sequence,
  prompt,
  lastSlice,
  maxTokens,
  counts,
  rhythm,
}: Copying): AsyncGenerator<Token, void, undefined> {
  const lookup = createLookup(prompt)
  const length = createDraftLength()
  let draft: Token[] = []
  let input = lastSlice
  let left = maxTokens
  while (left > 0) {
    const start = sequence.nextTokenIndex + input.length
    const said = await sayAfter(sequence, input, draft)
    counts.decodes++
    const wrong = draft.findIndex((token, index) => token !== said[index])
    const accepted = wrong === -1 ? draft.length : wrong
    if (wrong !== -1) {
      const range = { start: start + accepted, end: sequence.nextTokenIndex }
      await rhythm.alone(() => sequence.eraseContextTokenRanges([range]))
    }
    counts.drafted += draft.length
    counts.accepted += accepted
    length.judge({ drafted: draft.length, accepted })
    for (const token of said.slice(0, accepted + 1)) {
      lookup.push(token)
      left--
      input = [token]
      yield token
    }
    // The last token of an answer needs no guess.
    draft = lookup.draft(Math.min(length.next(), left - 1)) as Token[]
  }
}

/** What the model says after the input, and after each guess that follows it. */
async function sayAfter(sequence: LlamaContextSequence, input: readonly Token[], draft: readonly Token[]): Promise<Token[]> {
  const asked = { generateNext: { token: true, options: { temperature: 0 } } } as const
  const results = await sequence.controlledEvaluate([
    ...input.slice(0, -1),
    ...[...input.slice(-1), ...draft].map((token): [Token, typeof asked] => [token, asked]),
  ])
  return results.slice(input.length - 1).map((result) => {
    const token = result?.next.token
    if (token === undefined || token === null) throw new Error('The model gave no token.')
    return token
  })
}
