import type { ChangedFile, DiffLine, Hunk } from '../../../domain/change.ts'
import { languageOf } from './language.ts'
import { sourceText } from './source-text.ts'

export type Side = 'old' | 'new'

/** A stretch of consecutive lines of one side of a file. */
export interface Passage {
  /** Name of the language, or null where it is not known. */
  language: string | null
  firstLine: number
  lines: readonly string[]
  text: string
  /** The text with comments and strings blanked, or null where the language is not known or is no code. */
  code: string | null
  /** The text with everything but comments blanked, or null where the language is not known. */
  comments: string | null
}

type Read = (path: string) => Promise<string | null>

/**
 * Reads one side of a file: as one passage, or hunk by hunk where the text is not known or is not the one that the hunks were made from.
 * A patch may be reviewed without the repository it belongs to.
 */
export async function readPassages(file: ChangedFile, side: Side, read: Read): Promise<readonly Passage[]> {
  if (file.kind !== 'text' || file.hunks.length === 0) return []
  const path = side === 'old' ? (file.oldPath ?? file.path) : file.path
  const text = await read(path)
  if (text !== null && isSideOf(text.split('\n'), file.hunks, side)) return [passage(path, { text, firstLine: 1, head: text })]
  return file.hunks.map((hunk) => {
    const lines = linesOn(side, hunk)
    const firstLine = numberOn(side, lines[0]) ?? 1
    return passage(path, { text: lines.map((line) => line.text).join('\n'), firstLine, head: '' })
  })
}

/** The number of a line on one side; null where it does not exist there. */
export function numberOn(side: Side, line: DiffLine | undefined): number | null {
  return (side === 'old' ? line?.oldLine : line?.newLine) ?? null
}

function linesOn(side: Side, { lines }: Hunk): DiffLine[] {
  return lines.filter((line) => numberOn(side, line) !== null)
}

function isSideOf(lines: readonly string[], hunks: readonly Hunk[], side: Side): boolean {
  return hunks.every((hunk) =>
    linesOn(side, hunk).every((line) => {
      const number = numberOn(side, line)
      return number !== null && lines[number - 1] === line.text
    }),
  )
}

function passage(path: string, { text, firstLine, head }: { text: string; firstLine: number; head: string }): Passage {
  const language = languageOf(path, head)
  const source = language && sourceText(text, language)
  const code = language?.isText ? null : (source?.code ?? null)
  return {
    language: language?.name ?? null,
    firstLine,
    lines: text.split('\n'),
    text,
    code,
    comments: source?.comments ?? null,
  }
}

/** Looks up the code of a line; null where the language is not known. */
export function codeByLine(passages: readonly Passage[]): (line: number) => string | null {
  const split = passages.map(({ firstLine, lines, code }) => ({ firstLine, count: lines.length, code: code?.split('\n') ?? null }))
  return (line) => {
    const found = split.find(({ firstLine, count }) => line >= firstLine && line < firstLine + count)
    return found?.code?.[line - found.firstLine] ?? null
  }
}
