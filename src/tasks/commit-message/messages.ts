import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { defuseMessage } from '../../agent/defuse.ts'
import type { Message } from '../../domain/message.ts'
import { fillPrompt } from '../prompt.ts'
import { type Choices, noScope } from './answer.ts'
import { headerLength, type Standard } from './judge.ts'

const meanings: Readonly<Record<string, string>> = {
  feat: 'users can do something new',
  fix: 'something that was wrong is right now',
  refactor: 'the code is arranged differently and does the same',
  perf: 'it does the same faster, or with less',
  style: 'only layout: white space, quotes, semicolons',
  docs: 'only documentation',
  test: 'only tests',
  build: 'how it is built, or what it depends on',
  ci: 'what runs in CI',
  chore: 'anything else that no user notices',
}

/** The question. The mark depends on the change, so that nobody can write it into the change beforehand. */
export function messagesFor(condensed: string, standard: Standard): Message[] {
  const { types, scopes, rules } = standard
  const template = readFileSync(new URL('./prompts/commit-message.md', import.meta.url), 'utf8')
  const mark = `=== ${createHash('sha256').update(condensed).digest('hex').slice(0, 12)}`
  const longest = Math.max(...types.map(({ length }) => length)) + Math.max(0, ...scopes.map(({ length }) => length + 2)) + 2
  const system = fillPrompt(template, {
    mark,
    types: types.length === 1 ? `"${types[0]}", which the paths decide` : `one of ${quoted(types)}`,
    scopes: scopesText(standard),
    subjectLength: String(Math.max(30, Math.min(headerLength, rules.headerLength) - longest)),
    typeHelp: types.flatMap((type) => (meanings[type] === undefined ? [] : [`${type}: ${meanings[type]}`])).join('\n'),
    onlyType: types.length === 1 ? (types[0] ?? '') : '…',
  })
  return [{ role: 'system', text: system }, defuseMessage({ role: 'user', text: `${mark}\n${condensed}\n${mark}` })]
}

/** What is said to an answer that cannot be used. */
export function refusal(said: string, problems: readonly string[]): Message[] {
  const listed = problems.map((problem) => `- ${problem}`).join('\n')
  return [
    { role: 'assistant', text: said.slice(0, 1000), toolCalls: [] },
    { role: 'user', text: `That message cannot be used:\n${listed}\nAnswer again with the whole JSON object, with this put right.` },
  ]
}

function scopesText({ scopes, scope }: Choices): string {
  if (scopes.length === 0) return `"${noScope}"`
  const which = `one of ${quoted(scopes)}, the one that the change is about`
  return scope === 'required' ? which : `${which}, or "${noScope}" where none fits`
}

const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ')
