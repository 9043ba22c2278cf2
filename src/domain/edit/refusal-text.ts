import { terminalLine } from '../trust-terminal.ts'
import type { Refusal, RefusalReason } from './edit-result.ts'
import type { NearestLines } from './nearest-lines.ts'

/** A refusal in words for whoever wrote the block: what happened, with the lines, and what to do. */
export function refusalText(refusal: Refusal, path: string): string {
  const lines = refusal.nearest ? `\n${numbered(refusal.nearest)}` : ''
  return sentences[refusal.reason](refusal, terminalLine(path)) + lines
}

type Sentence = (refusal: Refusal, path: string) => string

const sentences: Record<RefusalReason, Sentence> = {
  'empty-search': (_, path) => `SEARCH is empty, and ${path} is not. Quote the lines to change, with a line before and after them.`,
  'not-found': ({ nearest }, path) =>
    nearest
      ? `SEARCH does not stand in ${path}. Nothing was changed. Did you mean these lines? Copy them exactly:`
      : `SEARCH does not stand in ${path}, nor anything like it. Nothing was changed. Read the file again.`,
  ambiguous: ({ candidates }, path) =>
    `SEARCH fits ${path} in several places: lines ${candidates.join(', ')}. Nothing was changed. Add lines before or after, until it fits one.`,
  'no-change': (_, path) => `REPLACE says what ${path} says already. Nothing was changed.`,
  'already-applied': (_, path) => `${path} has the lines of REPLACE already, so this edit seems to be done. Nothing was changed.`,
  unsafe: ({ detail, candidates: [line] }, path) => `Nothing was changed in ${path}, line ${line}: ${detail}. Copy the lines exactly:`,
  overlap: ({ block, candidates: [line] }, path) =>
    `Block ${block + 1} changes lines that another block changes too, at line ${line} of ${path}. Nothing was changed. Write one block for both.`,
}

/** Lines with their numbers, as files are shown to a model: what it cannot see would otherwise be missing from its next SEARCH. */
export function numbered({ startLine, lines }: NearestLines): string {
  const width = String(startLine + lines.length - 1).length
  return lines.map((line, index) => `${String(startLine + index).padStart(width)}| ${shown(line)}`).join('\n')
}

const mostCharacters = 1000

const shown = (line: string) => {
  const cut = line.length > mostCharacters ? `${line.slice(0, mostCharacters)}…` : line
  return cut.split('\t').map(terminalLine).join('\t')
}
