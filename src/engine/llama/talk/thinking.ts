import type { LlamaContextSequence, LlamaModel, SequenceEvaluateOptions, Token } from 'node-llama-cpp'
import type { PromptEnding } from './prompt-ending.ts'

interface Thinking {
  sequence: Pick<LlamaContextSequence, 'evaluate'>
  model: Pick<LlamaModel, 'tokenize' | 'detokenize' | 'isEogToken'>
  thought: NonNullable<PromptEnding['thought']>
  /** The thought has so many tokens at most. */
  maxTokens: number
  options: SequenceEvaluateOptions
  /** Comes after every token. */
  onToken: () => Promise<void>
}

interface Thought {
  text: string
  tokens: number
  /** What is to be evaluated for the answer to begin. */
  rest: Token[]
}

/** Lets the model think, up to the end that it comes to by itself or that is said for it, so that an answer follows in any case. */
export async function think(lastSlice: Token[], { sequence, model, thought, maxTokens, options, onToken }: Thinking): Promise<Thought> {
  const said: Token[] = []
  const text = () => model.detokenize(said, true)
  /** The end may be several tokens, of which the last one may also hold what follows. */
  const isOver = () => model.detokenize(said.slice(-16), true).includes(thought.end)
  const withRest = (token: Token[], next: string): Thought => ({
    text: (text().split(thought.end)[0] ?? '').trim(),
    tokens: said.length,
    rest: [...token, ...model.tokenize(next, true)],
  })
  for await (const token of sequence.evaluate(lastSlice, { ...options, yieldEogToken: true })) {
    // It wanted to end the answer with its thought; and a token that ends the answer must not stand within it.
    if (model.isEogToken(token)) return withRest([], thought.close)
    said.push(token)
    await onToken()
    if (isOver()) return withRest([token], thought.between)
    if (said.length >= maxTokens) return withRest([token], thought.close)
  }
  return withRest([], thought.close)
}
