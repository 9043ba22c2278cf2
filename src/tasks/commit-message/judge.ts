import { type CommitMessage, headerOf, messageText } from '../../domain/commit-message.ts'
import { parseMessage } from '../../domain/commit-message-parse.ts'
import { type CommitRules } from '../../domain/commit-message-rules.ts'
import { findSecrets } from '../../domain/secrets.ts'
import { showHidden } from '../../domain/trust.ts'
import type { Choices, Draft } from './answer.ts'
import { isNoImperative } from './imperative.ts'
import { polish } from './polish.ts'
import { inventedNames } from './names.ts'

/** What a message is held against. */
export interface Standard extends Choices {
  rules: CommitRules
  /** What the change proves to break; null: nothing. */
  breaking: string | null
  /** Everything that the change says: what a message names has to be in it. */
  vocabulary: string
}

export interface Verdict {
  /** Null: the header cannot be used. */
  message: CommitMessage | null
  /** What is wrong with the header, for the model. */
  problems: readonly string[]
}

/** Characters of a header, whatever the project allows: longer ones are cut off in most views. */
export const headerLength = 72

/**
 * Holds a draft to account. Slips are mended; a header that breaks a rule is refused with the reasons. A body that breaks one is left
 * out: a message without a reason is better than another minute of waiting.
 */
export async function judge(draft: Draft, standard: Standard): Promise<Verdict> {
  const { rules, breaking, vocabulary } = standard
  const { type, subject, body, scope: said } = polish(draft, rules)
  // The other problems quote what was said.
  if (await hasSecret([type, said ?? '', subject].join('\n')))
    return { message: null, problems: ['The answer holds a secret. Leave it out.'] }
  const problems = [...choiceProblems({ type, scope: said }, standard), ...textProblems(subject, vocabulary), ...subjectProblems(subject)]
  const scope = shortened({ type, scope: said, subject }, standard)
  const length = headerOf({ type, scope, subject }).length
  const most = Math.min(headerLength, rules.headerLength)
  if (length > most) problems.push(`The first line has ${length} characters; at most ${most} are allowed. Say less.`)
  if (problems.length > 0) return { message: null, problems }
  const kept = rules.body === 'forbidden' || !(await isUsableBody(body, standard)) ? '' : body
  if (kept === '' && rules.body === 'required') return { message: null, problems: [bodyWanted] }
  const message = { type, scope, subject, body: kept, breaking }
  const problem = parserProblem(message, rules)
  return problem === null ? { message, problems: [] } : { message: null, problems: [problem] }
}

const bodyWanted =
  'The body is missing, or cannot be used: one to three plain sentences that say why, with nothing that is not in the change.'

const hasSecret = async (text: string) => (await findSecrets(text)).length > 0

function choiceProblems({ type, scope }: Pick<Draft, 'type' | 'scope'>, { types, scopes, scope: presence }: Choices): string[] {
  const isMissing = presence === 'required' && scope === null && scopes.length > 0
  return [
    ...(types.includes(type) ? [] : [`The type "${type}" does not fit this change: it is one of ${types.join(', ')}.`]),
    ...(scope === null || scopes.includes(scope)
      ? []
      : [`The scope "${scope}" is not one of ${scopes.join(', ') || 'any: there is none'}.`]),
    ...(isMissing ? [`A scope is needed: one of ${scopes.join(', ')}.`] : []),
  ]
}

/** An optional scope gives way where the line would be too long. */
function shortened(header: Pick<CommitMessage, 'type' | 'scope' | 'subject'>, { rules, scope }: Standard): string | null {
  const isTooLong = headerOf(header).length > Math.min(headerLength, rules.headerLength)
  return isTooLong && scope === 'optional' ? null : header.scope
}

const chatter =
  /^(?:here(?:'s| is| are)|sure\b|okay\b|certainly|of course|this (?:commit|change|patch|diff|pr)\b|the (?:commit|change|diff)\b|i (?:have|will|am)\b|i'(?:ve|ll|m)\b|commit message|conventional commit|as an ai|based on the)/i
const vague =
  /^(?:update|change|modify|improve|fix|edit|refactor|make|add)(?: (?:the|some|several|various|minor|small|multiple))*(?: (?:code|codebase|files?|things?|stuff|bugs?|issues?|changes?|improvements?|updates?|project))?$/i

function subjectProblems(subject: string): string[] {
  if (/^[\w-]+(?:\([^)]*\))?!?:\s/.test(subject)) return ['The subject begins with another header. Only say what is done.']
  if (chatter.test(subject))
    return [`"${subject.slice(0, 40)}" is talk about the message. Only say what is done, such as "add a retry to the upload".`]
  if (vague.test(subject)) return [`"${subject}" says nothing about this change. Name what is changed.`]
  if (isNoImperative(subject)) return [`"${subject}" is not in the imperative. Begin with a verb such as add, fix or remove.`]
  return subject.includes(' ') ? [] : ['The subject is one word. Say what is done, and to what.']
}

/** What may stand neither in a subject nor in a body: it would do something, or it was not asked for. */
const forbidden: readonly (readonly [RegExp, string])[] = [
  [/[{}[\]]|```|<\/?[a-z|]|\\[nrtu]/i, 'holds markup or code. Only plain words.'],
  [/\b(?:https?|ftp|file):\/\/|\bwww\./i, 'holds an address.'],
  [/(?:^|[\s(])#\d|\bGH-\d|(?:^|[\s(])@[\w-]+(?![\w-]*\/)/, 'refers to an issue or a person.'],
  [/\[?(?:skip ci|ci skip|no ci|skip actions|actions skip)\]?|\*\*\*NO_CI/i, 'switches something off.'],
  [/\b(?:BREAKING[ -]CHANGE|(?:signed-off|co-authored|reviewed|acked|tested|reported)-by|change-id)\b/i, 'holds a trailer.'],
]

function textProblems(text: string, vocabulary: string): string[] {
  if (/[\r\n]/.test(text)) return ['The subject has several lines. It is one.']
  if (showHidden(text) !== text || text.includes('\t')) return ['The text holds characters that cannot be seen.']
  const found = forbidden.filter(([pattern]) => pattern.test(text)).map(([, what]) => `The subject ${what}`)
  const invented = inventedNames(text, vocabulary).map((name) => `${name} is not in the change.`)
  return [...found, ...invented]
}

async function isUsableBody(body: string, { vocabulary }: Standard): Promise<boolean> {
  if (body === '') return true
  // Footers, comments and quotations are not prose.
  if (/^(?:[\w-]+(?::| #)|#|>|\||-{3}|={3})/m.test(body)) return false
  const flat = body.replaceAll(/\s*\n\s*/g, ' ')
  return !chatter.test(flat) && textProblems(flat, vocabulary).length === 0 && !(await hasSecret(body))
}

/** The parser must find what was meant: a scope or a subject could be written so that it reads otherwise. */
function parserProblem(message: CommitMessage, { lineLength }: CommitRules): string | null {
  const parsed = parseMessage(messageText(message, lineLength))
  const isRead = parsed?.type === message.type && parsed.scope === message.scope && parsed.subject === message.subject
  const hasFooter = parsed?.footer !== null
  return isRead && hasFooter === (message.breaking !== null) ? null : 'It does not read as a Conventional Commit.'
}
