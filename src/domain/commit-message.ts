/** A Conventional Commit in its parts. */
export interface CommitMessage {
  type: string
  /** Null: none. */
  scope: string | null
  subject: string
  /** Why, in paragraphs; empty: the header says it all. */
  body: string
  /** What breaks for those who use it; null: nothing. */
  breaking: string | null
}

/** The first line: `type(scope): subject`. */
export function headerOf({ type, scope, subject }: Pick<CommitMessage, 'type' | 'scope' | 'subject'>): string {
  return `${type}${scope === null ? '' : `(${scope})`}: ${subject}`
}

/**
 * The whole message, without a newline at its end. What breaks stands in a footer and not as `!` in the header, which some of
 * commitlint's parsers do not know.
 */
export function messageText(message: CommitMessage, lineLength: number): string {
  const { body, breaking } = message
  return [
    headerOf(message),
    ...(body === '' ? [] : [wrapProse(body, lineLength)]),
    ...(breaking === null ? [] : [wrapProse(`BREAKING CHANGE: ${breaking}`, lineLength)]),
  ].join('\n\n')
}

/** Breaks paragraphs and list items into lines; a word that is too long for one has a line of its own. */
export function wrapProse(text: string, lineLength: number): string {
  return text
    .split('\n')
    .map((line) => wrapLine(line.trim(), lineLength))
    .join('\n')
}

function wrapLine(line: string, lineLength: number): string {
  const hang = /^[-*] /.test(line) ? '  ' : ''
  const rows: string[] = []
  for (const word of line.split(/\s+/)) {
    const last = rows.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= lineLength) rows[rows.length - 1] = `${last} ${word}`
    else rows.push(last === undefined ? word : hang + word)
  }
  return rows.join('\n')
}
