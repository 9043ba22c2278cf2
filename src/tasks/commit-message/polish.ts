import type { CommitRules } from '../../domain/commit-message-rules.ts'
import { inImperative } from './imperative.ts'
import type { Draft } from './answer.ts'

/** The small slips that can be put right without asking again: a period, a capital letter, the header said twice, "Added" for "add". */
export function polish(draft: Draft, { subjectCase }: Pick<CommitRules, 'subjectCase'>): Draft {
  const plain = withoutQuotes(draft.subject.trim())
  const bare = withoutHeader(plain, draft)
  const told = inImperative(bare.replace(/[\s.;:,]+$/, ''))
  return { ...draft, subject: subjectCase === 'sentence' ? capitalized(told) : uncapitalized(told), body: draft.body.trim() }
}

const withoutQuotes = (text: string) => /^(["'`])([^"'`]+)\1$/.exec(text)?.[2]?.trim() ?? text

/** `feat(api): add x` as the subject of a `feat`. Of another type it is a contradiction, and stays for the judge. */
function withoutHeader(subject: string, { type }: Draft): string {
  const [, said, rest] = /^([a-z]+)(?:\([^)]*\))?!?:\s+(.+)$/i.exec(subject) ?? []
  return rest !== undefined && said?.toLowerCase() === type.toLowerCase() ? rest : subject
}

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** Names such as `README` and `GitHub` keep their letters. */
const uncapitalized = (text: string) => (/^[A-Z][a-z']*(?:\s|-|$)/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text)
