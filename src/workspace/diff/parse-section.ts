import { isUtf8 } from 'node:buffer'
// Only the parser: the whole of `diff` takes ten times as long to load.
import { parsePatch } from 'diff/lib/patch/parse.js'
import type { ChangedFile, DiffLine, Hunk } from '../../domain/change.ts'

type JsHunk = ReturnType<typeof parsePatch>[number]['hunks'][number]

/** The hunks of one file's patch, with every byte of their lines kept. */
export function parseSection(bytes: Buffer): Pick<ChangedFile, 'hunks' | 'encoding'> {
  if (isUtf8(bytes)) return { hunks: parseHunks(bytes.toString('utf8')), encoding: 'utf8' }
  const hunks = parseHunks(bytes.toString('latin1'))
  // Git may cut a character in two in the heading of a hunk, so only the lines themselves tell.
  const lines = hunks.flatMap((hunk) => hunk.lines.map(({ text }) => Buffer.from(text, 'latin1')))
  if (!lines.every((line) => isUtf8(line))) return { hunks, encoding: 'latin1' }
  return { hunks: hunks.map((hunk) => ({ ...hunk, lines: hunk.lines.map(asUtf8) })), encoding: 'utf8' }
}

const asUtf8 = (line: DiffLine): DiffLine => ({ ...line, text: Buffer.from(line.text, 'latin1').toString('utf8') })

function parseHunks(section: string): Hunk[] {
  return parsePatch(section).flatMap(({ hunks }) => hunks.map(toHunk))
}

function toHunk({ lines, oldStart, oldLines, newStart, newLines }: JsHunk): Hunk {
  return {
    // jsdiff moves the start of an empty side by one; here it stays as git wrote it.
    oldStart: oldLines === 0 ? oldStart - 1 : oldStart,
    oldLines,
    newStart: newLines === 0 ? newStart - 1 : newStart,
    newLines,
    lines: numberLines(lines, oldStart, newStart),
  }
}

function numberLines(lines: readonly string[], oldStart: number, newStart: number): DiffLine[] {
  const numbered: DiffLine[] = []
  let [oldLine, newLine] = [oldStart, newStart]
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('\\')) continue
    const kind = line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : 'context'
    numbered.push({
      kind,
      text: line.slice(1),
      oldLine: kind === 'added' ? null : oldLine++,
      newLine: kind === 'removed' ? null : newLine++,
      endsWithoutNewline: lines[index + 1]?.startsWith('\\') ?? false,
    })
  }
  return numbered
}
