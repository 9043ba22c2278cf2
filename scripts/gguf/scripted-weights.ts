import type { MatrixRequest, Qwen3MoeOptions, Shape } from './qwen3moe.ts'
import { gaussian, signs } from './random.ts'
import type { Vocabulary } from './vocabulary.ts'

export interface Recital {
  triggers: readonly string[]
  /** The tokens of each trigger's reply, in the order of the triggers, and last those of the fallback. */
  chains: readonly (readonly number[])[]
  vocabulary: Vocabulary
}

const headWidth = 16
/** Of queries and keys. It makes attention all but certain: a trigger weighs e^19 times as much as any other token. */
const attentionNorm = 2.2
/** What the value of a trigger's head is, once the embedding is normalised. */
const found = 2
const marked = 4

/**
 * Weights that recite. Every token has a random code of ±1, and the output row of a reply's token is the code of the token before it:
 * a reply once begun goes on by itself. One attention head per trigger looks for the trigger's token, wherever it stands, because its only key
 * lies in the rotary channel that hardly turns; it writes a flag into the residual stream. After a token that belongs to no reply the flags
 * choose the first token of one. Router and experts are random and faint: they run, and change nothing.
 */
export function scriptedWeights(recital: Recital): Pick<Qwen3MoeOptions, 'shape' | 'attentionNorm' | 'weights'> {
  const features = layOut(recital.triggers.length)
  const codes = Array.from({ length: recital.vocabulary.size }, (_, token) => signs(`code ${token}`, features.codeWidth))
  const build: Record<string, () => Float32Array> = {
    'token_embd.weight': () => embeddings(recital, features, codes),
    'output.weight': () => outputs(recital, features, codes),
    'blk.0.attn_q.weight': () => perHead(features, { channel: slowChannel, feature: () => features.constant }),
    'blk.0.attn_k.weight': () => perHead(features, { channel: slowChannel, feature: features.trigger }),
    'blk.0.attn_v.weight': () => perHead(features, { channel: 0, feature: features.trigger }),
    'blk.0.attn_output.weight': () => flagsFromHeads(features),
  }
  return { shape: shapeOf(features), attentionNorm, weights: (request) => build[request.name]?.() ?? faint(request) }
}

type Features = ReturnType<typeof layOut>

/** Which dimension of the residual stream means what; the code takes the rest. */
function layOut(triggers: number) {
  const named = 3 + 2 * triggers
  const width = Math.ceil((named + 128) / 32) * 32
  return {
    constant: 0,
    speaking: 1,
    ending: 2,
    trigger: (index: number) => 3 + index,
    flag: (index: number) => 3 + triggers + index,
    code: named,
    codeWidth: width - named,
    width,
    heads: Math.max(1, triggers),
    triggers,
  }
}

const shapeOf = ({ width, heads }: Features): Shape => ({
  layers: 1,
  width,
  heads,
  keyValueHeads: heads,
  headWidth,
  experts: 8,
  expertsUsed: 2,
  expertWidth: 32,
  contextTokens: 32_768,
  ropeBase: 5e6,
})

/** Rotary positions turn channel i together with channel i + headWidth / 2, the last of these pairs most slowly. */
const slowChannel = headWidth / 2 - 1

function embeddings({ triggers, chains, vocabulary }: Recital, features: Features, codes: readonly Float32Array[]): Float32Array {
  const { width, codeWidth } = features
  const matrix = new Float32Array(vocabulary.size * width)
  for (const [token, code] of codes.entries()) {
    matrix[token * width + features.constant] = marked
    matrix.set(code, token * width + features.code)
  }
  for (const token of chains.flat()) matrix[token * width + features.speaking] = marked
  for (const chain of chains) matrix[chain.at(-1)! * width + features.ending] = marked
  for (const word of triggers) {
    // A trigger inside a longer one counts as well. The normalised value is to be `found`, however many there are.
    const inside = triggers.flatMap((trigger, index) => (word.includes(trigger) ? [index] : []))
    const value = found * Math.sqrt((marked ** 2 + codeWidth) / (width - found ** 2 * inside.length))
    for (const index of inside) matrix[vocabulary.idOf(word) * width + features.trigger(index)] = value
  }
  return matrix
}

function outputs({ chains, vocabulary }: Recital, features: Features, codes: readonly Float32Array[]): Float32Array {
  const { width, codeWidth, triggers } = features
  const matrix = new Float32Array(vocabulary.size * width)
  // Twice what a token's own code gives its successor, and many times what codes give by chance.
  const step = 2 * codeWidth
  for (const chain of chains)
    for (const [index, token] of chain.entries()) if (index > 0) matrix.set(codes[chain[index - 1]!]!, token * width + features.code)
  for (const [index, [first]] of chains.entries()) {
    const isFallback = index === triggers
    const row = first! * width
    if (isFallback) matrix[row + features.constant] = step / marked
    else matrix[row + features.flag(index)] = step * (triggers - index + 1)
    matrix[row + features.speaking] = (-step * (triggers + 2)) / marked
  }
  matrix[vocabulary.idOf('<|im_end|>') * width + features.ending] = step / marked
  return matrix
}

/** One entry per head: its channel reads one feature. */
function perHead({ width, triggers, heads }: Features, { channel, feature }: { channel: number; feature: (head: number) => number }) {
  const matrix = new Float32Array(heads * headWidth * width)
  for (let head = 0; head < triggers; head++) matrix[(head * headWidth + channel) * width + feature(head)] = 1
  return matrix
}

function flagsFromHeads({ width, triggers, heads, flag }: Features): Float32Array {
  const columns = heads * headWidth
  const matrix = new Float32Array(columns * width)
  for (let head = 0; head < triggers; head++) matrix[flag(head) * columns + head * headWidth] = 1 / found
  return matrix
}

function faint({ name, columns, rows }: MatrixRequest): Float32Array {
  const deviation = name.includes('ffn_down') ? 0.0005 : 0.05
  return gaussian(name, columns * rows).map((value) => value * deviation)
}
