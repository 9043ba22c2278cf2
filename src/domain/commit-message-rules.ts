import { isAutomatic, parseMessage } from './commit-message-parse.ts'

/** What messages of a project look like. */
export interface CommitRules {
  types: readonly string[]
  /** Null: any. */
  scopes: readonly string[] | null
  scope: 'optional' | 'required' | 'forbidden'
  body: 'optional' | 'required' | 'forbidden'
  subjectCase: 'lower' | 'sentence'
  headerLength: number
  lineLength: number
}

/** The types of commitlint's conventional configuration. */
export const conventionalTypes = ['build', 'chore', 'ci', 'docs', 'feat', 'fix', 'perf', 'refactor', 'revert', 'style', 'test'] as const

/** Where a project says nothing else. */
export const conventionalRules: CommitRules = {
  types: conventionalTypes,
  scopes: null,
  scope: 'optional',
  body: 'optional',
  subjectCase: 'lower',
  headerLength: 100,
  lineLength: 100,
}

/** One rule that a message breaks. */
export interface MessageProblem {
  /** Named as commitlint names it. */
  rule: string
  /** A sentence with the value. */
  message: string
}

/**
 * What keeps a message from being a Conventional Commit. It asks for the form alone, not for the style: commitlint asks for more where a
 * project has it.
 */
export function checkForm(text: string, { types, headerLength }: Pick<CommitRules, 'types' | 'headerLength'>): MessageProblem[] {
  const parsed = parseMessage(text)
  if (parsed === null) return [{ rule: 'header-empty', message: 'It is empty.' }]
  const { header, type, subject } = parsed
  if (isAutomatic(header)) return []
  if (type === null || subject === null || subject.trim() === '') {
    return [{ rule: 'header-form', message: `"${header}" is not <type>(<scope>): <subject>; the scope may be left out.` }]
  }
  const [, afterHeader = ''] = text.split('\n')
  return [
    ...(types.includes(type) ? [] : [{ rule: 'type-enum', message: `The type "${type}" is none of ${types.join(', ')}.` }]),
    ...(header.length <= headerLength
      ? []
      : [{ rule: 'header-max-length', message: `The first line has ${header.length} characters; at most ${headerLength} are allowed.` }]),
    ...(afterHeader.trim() === ''
      ? []
      : [{ rule: 'body-leading-blank', message: 'The second line is not empty: the first one stands alone.' }]),
  ]
}
