import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { playground } from './playground-repository.ts'

/** The right edit for one planted problem. */
export interface PlaygroundAnswer {
  path: string
  /** Tool and rule, as in `ruff/B006`: in one file no two problems share one. */
  rule: string
  /** Consecutive lines that stand once in the file, and what they become. */
  lines: readonly string[]
  becomes: readonly string[]
}

export function playgroundAnswers(): PlaygroundAnswer[] {
  return JSON.parse(readFileSync(join(playground, 'answers.json'), 'utf8')) as PlaygroundAnswer[]
}

interface Asked {
  messages: readonly { role: string; content: string | null }[]
}

/** What a model would say that always knows the right edit. All that it goes by is the question: which file, which problems, which lines, in which form. */
export function answerAsModel({ messages }: Asked, answers: readonly PlaygroundAnswer[]): string {
  const instructions = messages.map(({ role, content }) => (role === 'system' ? content : '')).join('\n')
  const question = messages.find(({ role }) => role === 'user')?.content ?? ''
  const known = answersTo(question, answers)
  if (known.length === 0) return 'I do not know how to repair this.'
  const region = /^BEGIN\n(.*?)\n?^END$/ms.exec(question)?.[1]
  if (region !== undefined) return fenced(known.reduce(replaced, region.split('\n')))
  if (!/<{7} SEARCH/.test(`${instructions}\n${question}`)) return 'I do not know in which form to answer.'
  return fenced(
    known.flatMap(({ lines, becomes }) => [`${'<'.repeat(7)} SEARCH`, ...lines, '='.repeat(7), ...becomes, `${'>'.repeat(7)} REPLACE`]),
  )
}

/** Those for the problems that the question names, in the file that it names first. */
function answersTo(question: string, answers: readonly PlaygroundAnswer[]): PlaygroundAnswer[] {
  const [nearest] = [...new Set(answers.map(({ path }) => path))]
    .map((path) => ({ path, at: question.indexOf(path) }))
    .filter(({ at }) => at >= 0)
    .toSorted((a, b) => a.at - b.at)
  return answers.filter(({ path, rule }) => path === nearest?.path && names(question, rule))
}

/** A rule may be the end or the beginning of another one's name. */
function names(question: string, rule: string): boolean {
  const at = question.indexOf(rule)
  return at >= 0 && !/[\w/-]/.test(question.charAt(at - 1)) && !/[\w-]/.test(question.charAt(at + rule.length))
}

function replaced(region: string[], { lines, becomes }: PlaygroundAnswer): string[] {
  const at = region.findIndex((_, index) => lines.every((line, offset) => region[index + offset] === line))
  return at < 0 ? region : region.toSpliced(at, lines.length, ...becomes)
}

const fenced = (lines: readonly string[]) => ['```', ...lines, '```', ''].join('\n')
