import type { AnchorLine } from '../../domain/anchor.ts'

/** Lines of one file that the model is shown. */
export interface Excerpt {
  path: string
  /** Why it is shown, in a few words. */
  what: string
  lines: readonly AnchorLine[]
}

const maxLineLength = 240

/** The text of excerpts: each file under its name, each line behind its number. */
export function renderExcerpts(excerpts: readonly Excerpt[]): string {
  return excerpts
    .map(({ path, what, lines }) => {
      const width = String(lines.at(-1)?.line ?? 0).length
      const rows = lines.map(({ line, text }) => `${String(line).padStart(width)} ${text.slice(0, maxLineLength)}`)
      return `${path} (${what})\n${rows.join('\n')}`
    })
    .join('\n\n')
}

/** Some lines of a file, from and to inclusive, by their numbers from 1. */
export function linesBetween(text: string, from: number, to: number): AnchorLine[] {
  return text
    .split(/\r?\n/)
    .slice(Math.max(0, from - 1), to)
    .map((line, index) => ({ line: Math.max(1, from) + index, text: line }))
}
