// Usage: node scripts/gguf/train-merges.ts <merges> <out.json> <file…>
// Learns the merges of a byte-level BPE tokenizer from our own text; merges.json beside this file was made by it.
import { readFileSync, writeFileSync } from 'node:fs'
import { byteSymbols } from './vocabulary.ts'

/** How the `qwen2` pre-tokenizer of llama.cpp cuts text before merges apply. */
const words = /'(?:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+/giu

/** The pairs that byte-pair encoding merges, in order, written as GGUF has them: both sides with a space between. */
export function trainMerges(text: string, count: number): string[] {
  const pieces = countPieces(text)
  const merges: string[] = []
  while (merges.length < count) {
    const pair = mostFrequentPair(pieces)
    if (pair === null) break
    merges.push(pair)
    for (const piece of pieces) piece.symbols = merge(piece.symbols, pair)
  }
  return merges
}

interface Piece {
  symbols: string[]
  count: number
}

function countPieces(text: string): Piece[] {
  const counts = new Map<string, number>()
  for (const [word] of text.matchAll(words)) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts].map(([word, count]) => ({ symbols: [...Buffer.from(word)].map((byte) => byteSymbols[byte]!), count }))
}

/** Ties go to the pair that sorts first, so that the result does not depend on the order of the text. */
function mostFrequentPair(pieces: readonly Piece[]): string | null {
  const counts = new Map<string, number>()
  for (const { symbols, count } of pieces)
    for (let index = 0; index + 1 < symbols.length; index++) {
      const pair = `${symbols[index]} ${symbols[index + 1]}`
      counts.set(pair, (counts.get(pair) ?? 0) + count)
    }
  let best: [pair: string | null, count: number] = [null, 1]
  for (const [pair, count] of counts) if (count > best[1] || (count === best[1] && best[0] !== null && pair < best[0])) best = [pair, count]
  return best[0]
}

function merge(symbols: readonly string[], pair: string): string[] {
  const merged: string[] = []
  for (let index = 0; index < symbols.length; index++) {
    const isPair = index + 1 < symbols.length && `${symbols[index]} ${symbols[index + 1]}` === pair
    merged.push(isPair ? `${symbols[index]}${symbols[index + 1]}` : symbols[index]!)
    if (isPair) index++
  }
  return merged
}

if (import.meta.main) {
  const [count, out, ...files] = process.argv.slice(2)
  const merges = trainMerges(files.map((file) => readFileSync(file, 'utf8')).join('\n'), Number(count))
  writeFileSync(out!, `${JSON.stringify(merges, null, 0).replaceAll('","', '",\n"')}\n`)
}
