import { type Mutant, mutated } from '../../mutators/mutate-text.ts'

/** A defect in a file as it is. */
export interface Planted {
  path: string
  text: string
  mutant: Mutant
}

/**
 * The defect in a text that came of its file by adding tests, as where both stand in one file: at the same place before what was added, or
 * as far from the end behind it. In between nothing can be planted, and the text stays as it is.
 */
export function plantIn(other: string, { text, mutant }: Planted): string {
  const { startIndex, endIndex } = mutant
  if (other.startsWith(text.slice(0, endIndex))) return mutated(other, mutant)
  if (!other.endsWith(text.slice(startIndex))) return other
  const shift = other.length - text.length
  return mutated(other, { ...mutant, startIndex: startIndex + shift, endIndex: endIndex + shift })
}
