/**
 * The file in which git asks for a message. Its text is handled as one character per byte, so that whatever stays in it stays byte for
 * byte, in any encoding that has ASCII in it.
 */
export interface MessageFile {
  /** Without its byte order mark. */
  text: string
  bom: string
  /** What begins a comment, one character per byte. */
  comment: string
  cleanup: Cleanup
}

/** What git does to a message before it stores it. */
export const cleanups = ['strip', 'whitespace', 'verbatim', 'scissors'] as const
export type Cleanup = (typeof cleanups)[number]

/** What git's configuration says about message files; null where it says nothing. */
export interface MessageSettings {
  commentString: string | null
  commentChar: string | null
  cleanup: string | null
  encoding: string | null
}

const utf8Mark = '\u00EF\u00BB\u00BF'
/** The characters that `core.commentChar=auto` chooses from. */
const automatic = ['#', ';', '@', '!', '$', '%', '^', '&', '|', ':']
const scissors = '------------------------ >8 ------------------------'

/** Reads a message file. Without an editor, git cleans less. */
export function readMessageFile(content: Uint8Array, settings: MessageSettings, { hasEditor }: { hasEditor: boolean }): MessageFile {
  const bytes = Buffer.from(content).toString('latin1')
  const bom = bytes.startsWith(utf8Mark) ? utf8Mark : ''
  const text = bytes.slice(bom.length)
  return { text, bom, comment: commentIn(text, settings), cleanup: cleanupOf(settings, hasEditor) }
}

function cleanupOf({ cleanup }: MessageSettings, hasEditor: boolean): Cleanup {
  const named = cleanups.find((name) => name === cleanup)
  if (named !== undefined && named !== 'scissors') return named
  if (!hasEditor) return 'whitespace'
  return named ?? 'strip'
}

/** What is configured: git before 2.45 knows of no `core.commentString`, and what `auto` means is seen by what git wrote. */
function commentIn(text: string, { commentString, commentChar }: MessageSettings): string {
  const named = [commentString, commentChar].flatMap((value) => (value ? [Buffer.from(value).toString('latin1')] : []))
  const lines = linesOf(text)
  const isUsed = (comment: string) => lines.some((line) => line.startsWith(comment))
  const used = named.find((value) => value !== 'auto' && isUsed(value))
  if (used !== undefined) return used
  if (named.includes('auto')) return mostUsed(automatic, lines)
  const [first = '#'] = named
  return first.length > 1 && isUsed('#') ? '#' : first
}

function mostUsed(candidates: readonly string[], lines: readonly string[]): string {
  const uses = candidates.map((candidate) => lines.filter((line) => line.startsWith(candidate)).length)
  return candidates[uses.indexOf(Math.max(...uses))] ?? '#'
}

const linesOf = (text: string) => text.split('\n').map((line) => line.replace(/\r$/, ''))
const isScissors = (line: string, comment: string) => line === `${comment} ${scissors}`

/** What `--signoff` puts into the file before anybody has written a word. */
const signOff = /^Signed-off-by: /

/** Whether somebody has written something into it: git's own comments and sign-off are no text, and nothing below the scissors is. */
export function hasText(file: MessageFile): boolean {
  const { comment, cleanup } = file
  const isComment = (line: string) => cleanup !== 'scissors' && line.startsWith(comment)
  return linesOf(aboveScissors(file)).some((line) => line.trim() !== '' && !isComment(line) && !signOff.test(line))
}

function aboveScissors({ text, comment }: MessageFile): string {
  const lines = text.split('\n')
  const cut = lines.findIndex((line) => isScissors(line.replace(/\r$/, ''), comment))
  return cut === -1 ? text : lines.slice(0, cut).join('\n')
}

/** The file with a message at its top and everything else as it was; null where git would take the message for a comment. */
export function withMessage(file: MessageFile, message: string): Buffer | null {
  const { text, bom, comment } = file
  const lines = message.split('\n')
  if (lines.some((line) => line.startsWith(comment))) return null
  const end = endOf(text)
  const gap = text === '' || /^\r?\n/.test(text) ? '' : end
  return Buffer.from(bom + lines.join(end) + end + gap + text, 'latin1')
}

/** The file with a comment in it; null where git would store the comment. */
export function withComment(file: MessageFile, lines: readonly string[]): Buffer | null {
  const { text, bom, comment, cleanup } = file
  const end = endOf(text)
  const added = lines.map((line) => `${comment}${line === '' ? '' : ` ${line}`}${end}`).join('')
  const rows = text.split('\n')
  const cut = rows.findIndex((row) => isScissors(row.replace(/\r$/, ''), comment))
  if (cut !== -1) {
    // Below the scissors nothing is stored. The two lines that git says about them come first.
    let after = cut + 1
    while (after < rows.length && after <= cut + 2 && rows[after]?.startsWith(comment)) after++
    const head = rows.slice(0, after).join('\n') + (after === rows.length ? end : '\n')
    return Buffer.from(bom + head + added + rows.slice(after).join('\n'), 'latin1')
  }
  if (cleanup !== 'strip') return null
  const [, blank = '', rest = ''] = /^((?:[ \t]*\r?\n)*)(.*)$/s.exec(text) ?? []
  return Buffer.from(`${bom}${blank === '' ? end : blank}${added}${rest === '' ? '' : `${comment}${end}`}${rest}`, 'latin1')
}

const endOf = (text: string) => (/\r\n/.test(text) ? '\r\n' : '\n')

/** A text as bytes of the encoding in which git keeps messages, one character per byte; null where it cannot be written in it. */
export function encoded(text: string, { encoding }: Pick<MessageSettings, 'encoding'>): string | null {
  const name = (encoding ?? 'utf-8').toLowerCase().replaceAll(/[^a-z\d]/g, '')
  if (name === 'utf8' || /^[\n\t -~]*$/.test(text)) return Buffer.from(text).toString('latin1')
  return /^(?:iso88591|latin1)$/.test(name) && /^[\n\t -~\u00A0-\u00FF]*$/.test(text) ? text : null
}

/** The message as git will store it: without comments and what is below the scissors, and without needless white space. */
export function storedText(file: MessageFile, { hasEditor }: { hasEditor: boolean }): string {
  const { text, bom, comment, cleanup } = file
  if (cleanup === 'verbatim') return decoded(bom + text)
  const kept = hasEditor && (cleanup === 'scissors' || cleanup === 'strip') ? aboveScissors(file) : text
  const lines = linesOf(kept).filter((line) => cleanup !== 'strip' || !line.startsWith(comment))
  return decoded(lines.map((line) => line.trimEnd()).join('\n'))
    .replaceAll(/\n{3,}/g, '\n\n')
    .replaceAll(/^\n+|\n+$/g, '')
}

/** UTF-8 where it is that, else one character per byte. */
function decoded(text: string): string {
  const bytes = Buffer.from(text, 'latin1')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return text
  }
}
