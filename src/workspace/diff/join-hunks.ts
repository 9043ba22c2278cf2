import type { ChangedFile, DiffLine, Hunk } from '../../domain/change.ts'

type Content = Pick<ChangedFile, 'encoding' | 'hunks'>

/** The hunks of one file after those of another, in one encoding that loses no byte. */
export function joinHunks(first: Content, second: Content): Content {
  const encoding = first.encoding === 'latin1' || second.encoding === 'latin1' ? 'latin1' : 'utf8'
  return { encoding, hunks: [first, second].flatMap((file) => file.hunks.map((hunk) => recode(hunk, file.encoding, encoding))) }
}

function recode(hunk: Hunk, from: ChangedFile['encoding'], to: ChangedFile['encoding']): Hunk {
  if (from === to) return hunk
  return { ...hunk, lines: hunk.lines.map((line): DiffLine => ({ ...line, text: Buffer.from(line.text, from).toString(to) })) }
}
