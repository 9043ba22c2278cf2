import { CommitParser } from 'conventional-commits-parser'

/** A message as commitlint's own parser reads it. What is not there is null. */
export interface ParsedMessage {
  header: string
  type: string | null
  scope: string | null
  subject: string | null
  body: string | null
  footer: string | null
}

const never = /(?!)/

/** The form of the Conventional Commits: commitlint's conventional configuration reads headers like this. */
const parser = new CommitParser({
  headerPattern: /^(\w*)(?:\((.*)\))?!?: (.*)$/,
  breakingHeaderPattern: /^(\w*)(?:\((.*)\))?!: (.*)$/,
  headerCorrespondence: ['type', 'scope', 'subject'],
  noteKeywords: ['BREAKING CHANGE', 'BREAKING-CHANGE'],
  // A row of hyphens is a row of hyphens.
  fieldPattern: never,
})

/** Reads a message without its comments; null for an empty one. */
export function parseMessage(text: string): ParsedMessage | null {
  if (text.trim() === '') return null
  const { header, type, scope, subject, body, footer } = parser.parse(text)
  return {
    header: header ?? '',
    type: filled(type),
    scope: filled(scope),
    subject: filled(subject),
    body: filled(body),
    footer: filled(footer),
  }
}

const filled = (part: string | null | undefined) => (part === undefined || part === null || part === '' ? null : part)

/** What git, a forge or a release tool writes by itself; commitlint ignores the same. */
const automatic = [
  /^Merge (?:pull request|branch|tag|remote-tracking branch|commit)\b/,
  /^Merge .+ into /,
  /^[Rr]evert /,
  /^[Rr]eapply /,
  /^(?:fixup|squash|amend)!/,
  /^Merged .*\bin(?:to)? /,
  /^Merged PR .*: /,
  /^Auto(?:matic merge|-merged .* into )/,
  /^(?:chore(?:\([^)]+\))?: ?)?v?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/,
]

/** Whether nobody wrote this header, so that no form is asked of it. */
export function isAutomatic(header: string): boolean {
  return automatic.some((pattern) => pattern.test(header))
}
