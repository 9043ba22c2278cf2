import { readFileSync } from 'node:fs'
import { byteSymbols, spell } from './vocabulary.ts'

const merges = JSON.parse(readFileSync(new URL('merges.json', import.meta.url), 'utf8')) as string[]

/** Words that are one token each wherever they follow a space, so that a text of them is read back as the very tokens it was said in. */
export function echoWords(): string[] {
  const ranks = new Map(merges.map((merge, rank) => [merge, rank]))
  const words = merges.map((merge) => merge.replace(' ', '')).filter((word) => /^Ġ[a-z]{2,}$/.test(word))
  return [...new Set(words)].filter((word) => symbolsOf(word, ranks).length === 1).map((word) => word.slice(1))
}

/** What byte-pair encoding makes of a word: the merge of lowest rank comes first. */
function symbolsOf(word: string, ranks: ReadonlyMap<string, number>): string[] {
  const symbols = [...Buffer.from(word.replaceAll(spell(' '), ' '))].map((byte) => byteSymbols[byte]!)
  while (true) {
    const pairs = symbols.slice(1).map((right, index) => ranks.get(`${symbols[index]} ${right}`) ?? Infinity)
    const best = Math.min(...pairs)
    if (best === Infinity) return symbols
    const at = pairs.indexOf(best)
    symbols.splice(at, 2, `${symbols[at]}${symbols[at + 1]}`)
  }
}
