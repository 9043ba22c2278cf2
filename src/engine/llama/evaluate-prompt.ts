import type { Token } from 'node-llama-cpp'
import type { LoadedModel } from './load-model.ts'
import { fillersFor } from './slices.ts'
import { reusableIn, type Slot } from './slots.ts'

export interface CutPrompt {
  tokens: readonly Token[]
  cuts: readonly number[]
  /** So many of the first tokens are those of other requests too. */
  sharedTokens: number
}

interface Evaluation {
  slot: Slot
  loaded: Pick<LoadedModel, 'prefixes' | 'rhythm' | 'counts' | 'fillsTiles'>
  signal: AbortSignal
}

/** Evaluates all slices of a prompt but the last, or but the last token where that is faster, and returns how many tokens were there already. */
export async function evaluatePrompt(prompt: CutPrompt, { slot, loaded, signal }: Evaluation): Promise<number> {
  const { tokens, cuts, sharedTokens } = prompt
  const { sequence } = slot
  await keepReusable(prompt, { slot, loaded, signal })
  const held = sequence.nextTokenIndex

  const evaluateTo = async (end: number) => {
    // A copy that turned out to be none has emptied the sequence.
    slot.evaluatedCuts = slot.evaluatedCuts.filter((cut) => cut <= sequence.nextTokenIndex)
    for (const cut of cuts.filter((cut) => cut > sequence.nextTokenIndex && cut <= end)) {
      signal.throwIfAborted()
      await loaded.rhythm.goOn()
      const slice = tokens.slice(sequence.nextTokenIndex, cut)
      await sequence.evaluateWithoutGeneratingNewTokens(slice)
      loaded.counts.promptTokens += slice.length
      slot.evaluatedCuts.push(cut)
    }
  }

  let cached = held
  if (held < sharedTokens && cuts.includes(sharedTokens)) {
    const shared = tokens.slice(0, sharedTokens)
    const isCopy = await loaded.prefixes.bring({ sequence, tokens: shared, signal }, async () => {
      cached = sequence.nextTokenIndex
      await evaluateTo(sharedTokens)
      // Where a sequence cannot be taken back to any place, this is the one it will be wanted at.
      if (sequence.needsCheckpoints) await sequence.takeCheckpoint()
    })
    if (isCopy) {
      cached = sharedTokens
      slot.evaluatedCuts = cuts.filter((cut) => cut <= sharedTokens)
    }
  }
  loaded.counts.reusedTokens += cached
  await evaluateTo(tokens.length)
  signal.throwIfAborted()
  if (loaded.fillsTiles) await evaluateFilled(tokens, { slot, loaded, signal })
  return cached
}

/** Evaluates a short last slice but for its last token among fillers, where that is faster. What stands before a token depends on nothing behind it. */
async function evaluateFilled(tokens: readonly Token[], { slot: { sequence }, loaded }: Evaluation): Promise<void> {
  const before = sequence.nextTokenIndex
  const [slice, last] = [tokens.slice(before), tokens.length - 1]
  const fillers = fillersFor({ before, slice: slice.length })
  // Where the context is full, the library would make room.
  if (fillers === 0 || tokens.length + fillers >= sequence.contextSize) return
  await loaded.rhythm.goOn()
  await sequence.evaluateWithoutGeneratingNewTokens([...slice, ...tokens.slice(0, fillers)])
  loaded.counts.promptTokens += slice.length - 1
  await sequence.eraseContextTokenRanges([{ start: last, end: sequence.nextTokenIndex }])
}

/** Leaves in the sequence what can be reused of it, exactly as evaluating it again would make it. */
async function keepReusable({ tokens, cuts }: CutPrompt, { slot, loaded }: Evaluation): Promise<void> {
  const { sequence } = slot
  const reusable = reusableIn(slot, { tokens, cuts })
  if (reusable < sequence.nextTokenIndex) {
    // Some models can only be taken back to certain places, and the library would evaluate anew, cut otherwise, what lies between.
    const isExact = reusable > 0 && sequence.getRestoreToPrefixIndexEvaluationSize(reusable - 1) === 0
    if (isExact) await sequence.eraseContextTokenRanges([{ start: reusable, end: sequence.nextTokenIndex }])
    else await loaded.rhythm.alone(() => sequence.clearHistory())
  }
}
