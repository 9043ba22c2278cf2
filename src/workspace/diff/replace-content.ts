import type { ChangedFile, DiffLine, Hunk } from '../../domain/change.ts'

type Content = Pick<ChangedFile, 'encoding' | 'hunks'>

/** All lines of one file go and all lines of another come: one hunk, in one encoding that loses no byte. */
export function replaceContent(gone: Content, come: Content): Content {
  const encoding = gone.encoding === 'latin1' || come.encoding === 'latin1' ? 'latin1' : 'utf8'
  const hunks = [gone, come].flatMap((file) => file.hunks.map((hunk) => recode(hunk, file.encoding, encoding)))
  return { encoding, hunks: gone.hunks.length > 0 && come.hunks.length > 0 ? [asOne(hunks)] : hunks }
}

function recode(hunk: Hunk, from: ChangedFile['encoding'], to: ChangedFile['encoding']): Hunk {
  if (from === to) return hunk
  return { ...hunk, lines: hunk.lines.map((line): DiffLine => ({ ...line, text: Buffer.from(line.text, from).toString(to) })) }
}

/** The side that a hunk does not have starts at 0 and counts 0. */
function asOne(hunks: readonly Hunk[]): Hunk {
  const of = (field: 'oldStart' | 'oldLines' | 'newStart' | 'newLines') => Math.max(...hunks.map((hunk) => hunk[field]))
  return {
    oldStart: of('oldStart'),
    oldLines: of('oldLines'),
    newStart: of('newStart'),
    newLines: of('newLines'),
    lines: hunks.flatMap(({ lines }) => lines),
  }
}
