import { echoWords } from '../../scripts/gguf/echo-words.ts'
import { openLocalEngine } from '../../src/engine/llama/open-local-engine.ts'

export interface CopyResult {
  /** Of the answer. */
  tokens: number
  /** Calls of the native library; null where the engine does not count them. */
  decodes: { copying: number | null; plain: number | null }
  ms: { copying: number; plain: number }
  isIdentical: boolean
  /** Decodes for each token: what is promised. */
  perToken: number | null
}

export const mostDecodesPerToken = 0.2

const tokens = 300
/** Every tenth word of the input is another one in the answer. */
const changed = 10

/** An edit that copies nine tenths of its input, asked with and without the hint that it does. */
export async function copying(
  model: string,
  { threads, gpu }: { threads: number; gpu: 'off' | 'cuda' | 'vulkan' | 'metal' },
): Promise<CopyResult> {
  const signal = AbortSignal.timeout(600_000)
  const options = { modelPath: model, digest: null, name: null, contextTokens: 4096, gpu, threads, parallel: 1, environment: process.env }
  const engine = await openLocalEngine(options, { model: 'echo', signal })
  const [words, wrong] = [echoWords().slice(0, tokens), echoWords().slice(tokens)]
  const input = words.map((word, index) => (index % changed === changed - 1 ? (wrong[index % wrong.length] ?? word) : word)).join(' ')
  const answer = async (copiesInput: boolean) => {
    const before = await decodesOf(engine)
    const messages = [{ role: 'user', text: `Every tenth word is a wrong one. Say the right ones: ${input}` }] as const
    const { message, totalMs, usage, firstTokenMs } = await engine.generate({
      messages,
      tools: [],
      maxTokens: tokens,
      seed: 0,
      copiesInput,
      signal,
    })
    const after = await decodesOf(engine)
    const decodes = before === null || after === null ? null : after - before
    return { text: message.text, decodes, ms: totalMs - firstTokenMs, tokens: usage.outputTokens }
  }
  try {
    const plain = await answer(false)
    const copied = await answer(true)
    return {
      tokens: copied.tokens,
      decodes: { copying: copied.decodes, plain: plain.decodes },
      ms: { copying: copied.ms, plain: plain.ms },
      isIdentical: copied.text === plain.text && copied.text.trim() === words.join(' '),
      perToken: copied.decodes === null ? null : copied.decodes / copied.tokens,
    }
  } finally {
    await engine.close()
  }
}

async function decodesOf(engine: object): Promise<number | null> {
  if (!('counters' in engine) || typeof engine.counters !== 'function') return null
  const counts: unknown = await engine.counters()
  if (typeof counts !== 'object' || counts === null || !('decodes' in counts)) return null
  return typeof counts.decodes === 'number' ? counts.decodes : null
}
