import { readFileSync } from 'node:fs'
import type { Message } from '../../domain/message.ts'
import { fillPrompt } from '../prompt.ts'
import { maxClaims } from './answer.ts'
import type { Category } from './categories.ts'
import type { Unit } from './plan.ts'
import { type Rule, renderRules } from './rules.ts'

export interface SharedPrompt {
  /** Byte-identical for all units of a run, so that an engine evaluates it once. */
  system: string
  /** Rule files that did not fit. */
  leftOut: readonly string[]
}

/** The part of the prompt that all units share: the task, and the team's rules for all files. */
export function sharedPrompt(categories: readonly Category[], rules: readonly Rule[]): SharedPrompt {
  const template = readFileSync(new URL('./prompts/review.md', import.meta.url), 'utf8')
  const task = fillPrompt(template, { categories: categories.join(' '), maxClaims: String(maxClaims) })
  const { text, left } = renderRules(rules.filter(({ shared }) => shared))
  return { system: text === '' ? task : `${task}\nRules of this team, which count as defects when broken:\n\n${text}\n`, leftOut: left }
}

/** The messages of one unit: what is shared, then what only this file has; what tools have said of it comes last. */
export function messagesFor(
  unit: Unit,
  { system }: SharedPrompt,
  { rules, facts }: { rules: readonly Rule[]; facts: string },
): { messages: Message[]; leftOut: readonly string[] } {
  const { text, left } = renderRules(rules.filter((rule) => !rule.shared && rule.appliesTo(unit.path)))
  const own = text === '' ? '' : `Rules for this file, which count as defects when broken:\n\n${text}\n\n`
  return {
    messages: [
      { role: 'system', text: system },
      { role: 'user', text: `${own}${unit.text}\n${facts}` },
    ],
    leftOut: left,
  }
}
