import { isBlank, withoutTrailingSpace } from './file-lines.ts'
import type { FileLines } from './file-lines.ts'
import type { Change, Level, Reading } from './level.ts'
import { occurrences } from './occurrences.ts'
import { rewriteLines, spaceRule } from './rewrite-lines.ts'

const marker = /^(?:\/\/|#|--|\/\*|<!--|;|%|\*|\{\/\*|"""|''')? ?(?:\.{3}|…)(?: [\w ,'()-]*)?(?:\.{3}|…)? ?(?:\*\/\}?|-->|"""|''')?$/

/** Nobody writes more parts than this around what is left out. */
const mostPieces = 50

/** A line that stands for lines which the model left out, such as `// ... existing code ...`. */
export function isElision(line: string): boolean {
  const trimmed = line.trim()
  return trimmed.length <= 100 && marker.test(trimmed)
}

/** Pieces of lines around `...`: the longest stands in one place only, the others nearest to it and in order. What is left out stays. */
export const elisionLevel: Level = (file, reading) => {
  const [search, replace] = [piecesOf(reading.search), piecesOf(reading.replace)]
  if (search.length < 2 || search.length > mostPieces || search.length !== replace.length) return []
  const pieces = search.flatMap((lines, index): Piece[] => {
    const written = replace[index] ?? []
    const isEdge = index === 0 || index === search.length - 1
    // A marker at the very beginning or end says only that the file goes on.
    return lines.length === 0 && written.length === 0 && isEdge ? [] : [{ search: lines, replace: written, isWholeLines: true }]
  })
  if (pieces.some((piece) => piece.search.every(isBlank))) return []
  return placesOf(file, pieces).map((starts) => ({
    start: starts[0] ?? 0,
    end: (starts.at(-1) ?? 0) + (pieces.at(-1)?.search.length ?? 0),
    changes: pieces.map((piece, index) => changeAt(file, piece, starts[index] ?? 0)),
  }))
}

type Piece = Reading

function piecesOf(lines: readonly string[]): string[][] {
  const pieces: string[][] = [[]]
  for (const line of lines) {
    if (isElision(line)) pieces.push([])
    else pieces.at(-1)?.push(line)
  }
  return pieces
}

function changeAt(file: FileLines, piece: Piece, start: number): Change {
  const rewrite = spaceRule(piece.search, file.texts.slice(start, start + piece.search.length))
  return rewriteLines(start, piece, { key: withoutTrailingSpace, rewrite })
}

/** The starts of all pieces, for every place of the longest one; none where another does not follow or is not to be told apart. */
function placesOf(file: FileLines, pieces: readonly Piece[]): number[][] {
  const weights = pieces.map(({ search }) => search.join('').replaceAll(/\s+/g, '').length)
  const found = pieces.map(({ search }) => occurrences(file.trailing(), search.map(withoutTrailingSpace)))
  const unique = weights.map((weight, index) => (found[index]?.length === 1 ? weight : -1))
  const heaviest = unique.indexOf(Math.max(...unique))
  const anchors = found[heaviest] ?? []
  if (anchors.length !== 1) return anchors.map((anchor) => pieces.map(() => anchor))
  return anchors.flatMap((anchor) => {
    const starts = placesAround(anchor, { pieces, found, heaviest })
    return starts ? [starts] : []
  })
}

interface Search {
  pieces: readonly Piece[]
  found: readonly (readonly number[])[]
  heaviest: number
}

function placesAround(anchor: number, { pieces, found, heaviest }: Search): number[] | null {
  const starts = pieces.map(() => anchor)
  for (let index = heaviest + 1; index < pieces.length; index++) {
    const from = (starts[index - 1] ?? 0) + (pieces[index - 1]?.search.length ?? 0)
    const start = found[index]?.find((place) => place >= from)
    if (start === undefined) return null
    starts[index] = start
  }
  for (let index = heaviest - 1; index >= 0; index--) {
    const until = (starts[index + 1] ?? 0) - (pieces[index]?.search.length ?? 0)
    const start = found[index]?.findLast((place) => place <= until)
    if (start === undefined) return null
    starts[index] = start
  }
  return starts
}
