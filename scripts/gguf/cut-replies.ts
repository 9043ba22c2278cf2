import { spell, type Vocabulary } from './vocabulary.ts'

const charactersPerToken = 8

/**
 * Cuts every reply into tokens of its own and adds them to the vocabulary, so that each token has one successor only.
 * No merge leads to these tokens: a prompt never contains them.
 */
export function cutReplies(replies: readonly string[], vocabulary: Vocabulary): number[][] {
  return replies.map((reply) => {
    const isFree = (text: string) => !vocabulary.has(text) && !vocabulary.has(spell(text))
    const pieces = cut(Array.from(reply), isFree)
    if (pieces === null) throw new Error(`The reply ${JSON.stringify(reply)} is empty, or too short to be told from the others.`)
    return pieces.map((piece) => vocabulary.add(spell(piece), 'normal'))
  })
}

/** Pieces grow until they are unlike every other; one that cannot, at the end, takes in the pieces before it. */
function cut(characters: readonly string[], isFree: (text: string) => boolean): string[] | null {
  const pieces: string[] = []
  const isNew = (text: string) => isFree(text) && !pieces.includes(text)
  let end = 0
  for (let start = 0; start < characters.length; start = end) {
    const upTo = (position: number) => characters.slice(start, position).join('')
    end = start + charactersPerToken
    while (end < characters.length && !isNew(upTo(end))) end++
    let piece = upTo(end)
    while (!isNew(piece)) {
      const before = pieces.pop()
      if (before === undefined) return null
      piece = before + piece
    }
    pieces.push(piece)
  }
  return pieces.length > 0 ? pieces : null
}
