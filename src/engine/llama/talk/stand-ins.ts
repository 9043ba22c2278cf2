import { randomBytes } from 'node:crypto'
import type { Piece } from './marks.ts'

/**
 * Keeps texts out of a template: a stand-in goes in, which means nothing to it, and what comes out has the text in its place. It holds a quotation mark, so that
 * what comes out also shows whether the text became part of a string of JSON, and must be written as one.
 */
export function createStandIns() {
  const id = randomBytes(9).toString('hex')
  const texts: string[] = []
  const missing = new Set<number>()
  return {
    /** White space around a text stays outside: templates trim. Of what is not needed, the template may make nothing. */
    hide(text: string, { isNeeded = true } = {}): string {
      const inner = text.trim()
      if (inner === '') return text
      const start = text.indexOf(inner)
      const number = texts.push(inner) - 1
      if (isNeeded) missing.add(number)
      return `${text.slice(0, start)}x${id}"n${number}x${text.slice(start + inner.length)}`
    },
    /** What a template made of it all. */
    restore(rendered: string): Piece[] {
      const parts = rendered.split(new RegExp(`x${id}(\\\\*)"n(\\d+)x`))
      return parts.flatMap((part, index): Piece[] => {
        if (index % 3 === 0) return [{ text: part, isTemplate: true }]
        if (index % 3 === 1) return []
        missing.delete(Number(part))
        return [{ text: escaped(texts[Number(part)] ?? '', parts[index - 1] ?? ''), isTemplate: false }]
      })
    },
    /** Whether every text that is needed came out somewhere. */
    isWhole: (): boolean => missing.size === 0,
  }
}

export type StandIns = ReturnType<typeof createStandIns>

/** A string in JSON puts a backslash before each quotation mark, and one in a string in JSON three. */
function escaped(text: string, backslashes: string): string {
  let written = text
  for (let count = backslashes.length; count > 0; count = (count - 1) / 2) written = JSON.stringify(written).slice(1, -1)
  return written
}
