import { languageOf } from '../syntax/language.ts'
import { indexLines } from '../syntax/line-index.ts'
import { parse, type SyntaxNode } from '../syntax/parse.ts'
import { problemNodes } from '../syntax/problems-of.ts'
import { walk } from '../syntax/walk.ts'
import { isSilent } from './is-silent.ts'
import { mutableLanguages, type Replacement, type Source } from './mutator.ts'
import { mutators } from './registry.ts'

/** A defect planted into a text. */
export interface Mutant extends Replacement {
  /** Of the mutator that planted it. */
  mutator: string
  /** From 1, UTF-16; the end is behind the last unit. */
  start: { line: number; column: number }
  end: { line: number; column: number }
}

/** Every mutant whose defect begins on one of these lines, in the order of the text. Null where the language is not mutated or the text does not parse. */
export async function mutantsOf(text: string, path: string, isWanted: (line: number) => boolean): Promise<readonly Mutant[] | null> {
  const language = mutableLanguages.find((known) => known === languageOf(path, text))
  const tree = language && (await parse(text, language))
  if (!tree || problemNodes(tree).length > 0) return null
  const source: Source = { text, language }
  const { lineAt, startOf } = indexLines(text)
  const place = (index: number) => ({ line: lineAt(index), column: index - startOf(lineAt(index)) + 1 })
  const found = collect(tree.root, source, (node) => isWanted(lineAt(node.startIndex)))
  const mutants: Mutant[] = []
  for (const mutant of found) {
    if (isWanted(lineAt(mutant.startIndex)) && (await doesParse(mutant, source)))
      mutants.push({ ...mutant, start: place(mutant.startIndex), end: place(mutant.endIndex) })
  }
  return mutants
}

/** The text with a mutant in it. */
export const mutated = (text: string, { startIndex, endIndex, text: replacement }: Replacement) =>
  text.slice(0, startIndex) + replacement + text.slice(endIndex)

type Draft = Replacement & { mutator: string }

function collect(root: SyntaxNode, source: Source, isNear: (node: SyntaxNode) => boolean): Draft[] {
  const found = new Map<string, Draft>()
  walk(root, {
    enter(node) {
      if (isSilent(node, source)) return false
      if (!isNear(node)) return true
      for (const { name, mutate } of mutators)
        for (const replacement of mutate(node, source)) {
          const key = essenceOf(replacement, source)
          if (key !== null && !found.has(key)) found.set(key, { ...replacement, mutator: name })
        }
      return true
    },
  })
  return [...found.values()].toSorted((a, b) => a.startIndex - b.startIndex || a.endIndex - b.endIndex)
}

/** What it really changes, so that two mutators that plant the same defect are told from each other by nothing; null where that is nothing. */
function essenceOf({ startIndex, endIndex, text }: Replacement, source: Source): string | null {
  const before = source.text.slice(startIndex, endIndex)
  if (before === text) return null
  const shorter = Math.min(before.length, text.length)
  let head = 0
  while (head < shorter && before[head] === text[head]) head++
  let tail = 0
  while (tail < shorter - head && before.at(-1 - tail) === text.at(-1 - tail)) tail++
  return `${startIndex + head} ${endIndex - tail} ${text.slice(head, text.length - tail)}`
}

async function doesParse(mutant: Replacement, { text, language }: Source): Promise<boolean> {
  const tree = await parse(mutated(text, mutant), language)
  return tree !== null && problemNodes(tree).length === 0
}
