// Usage: node scripts/make-scripted-moe.ts <script.json> <out.gguf>
// Writes a real mixture-of-experts model whose weights are set by hand: greedy decoding says a given reply wherever a given word
// stands in the prompt. It lets whole pipelines run on the real engine and end in known reports. The JSON file has what `Script` says.
import { readFileSync } from 'node:fs'
import { cutReplies } from './gguf/cut-replies.ts'
import { writeGguf } from './gguf/gguf.ts'
import { qwen3moe } from './gguf/qwen3moe.ts'
import { scriptedWeights } from './gguf/scripted-weights.ts'
import { createVocabulary, type VocabularyOptions } from './gguf/vocabulary.ts'

export interface Script extends VocabularyOptions {
  /** A reply is given when its trigger occurs anywhere in the prompt, also inside a longer word; the first in this list wins. */
  replies: readonly { trigger: string; reply: string }[]
  /** Said when no trigger occurs. */
  fallback: string
}

export const scriptedModelName = 'scripted test model, no real weights'
const maxReplies = 64

/** Writes the model to a file. The same script gives the same bytes. */
export function makeScriptedMoe({ replies, fallback, ...template }: Script, path: string): void {
  if (replies.length > maxReplies) throw new Error(`A script has at most ${maxReplies} replies, not ${replies.length}.`)
  const vocabulary = createVocabulary(template)
  const triggers = replies.map(({ trigger }) => trigger)
  if (new Set(triggers).size < triggers.length || triggers.includes('')) throw new Error('Every trigger is a word of its own.')
  for (const trigger of triggers) vocabulary.addWord(trigger)
  const chains = cutReplies([...replies.map(({ reply }) => reply), fallback], vocabulary)
  const weights = scriptedWeights({ triggers, chains, vocabulary })
  writeGguf(qwen3moe({ name: scriptedModelName, vocabulary, ...weights }), path)
}

if (import.meta.main) {
  const [script, path, ...rest] = process.argv.slice(2)
  if (script === undefined || path === undefined || rest.length > 0) throw new Error('Name the script to read and the file to write.')
  makeScriptedMoe(JSON.parse(readFileSync(script, 'utf8')) as Script, path)
}
