import { readFileSync } from 'node:fs'
import type { Message } from '../../domain/message.ts'
import { plural } from '../../domain/plural.ts'
import { fillPrompt } from '../prompt.ts'
import { failuresText } from '../verify/failures.ts'
import type { VerifiedChange } from '../verify/verify.ts'
import type { RunRequest } from './run.ts'

const maxEntries = 40

/** How to work, what to do, and where. */
export function firstMessages({ instruction, allow }: Pick<RunRequest, 'instruction' | 'allow'>, paths: readonly string[]): Message[] {
  const template = readFileSync(new URL('./prompts/run.md', import.meta.url), 'utf8')
  return [
    { role: 'system', text: fillPrompt(template, { howToWork: howToWork(allow) }) },
    { role: 'user', text: `${instruction}\n\n${overview(paths)}` },
  ]
}

function howToWork(allow: RunRequest['allow']): string {
  const steps = [
    'Look before you change: search, then read the lines you need. Never guess what a file contains.',
    ...(allow.includes('write')
      ? [
          'Make the smallest change that does the task, in the style of the code around it: edit_file for what exists, write_file for new files.',
        ]
      : []),
    ...(allow.includes('execute') ? ['After a change, run the tests or the linter on what you changed. Repair what you broke.'] : []),
    ...(allow.includes('write') && !allow.includes('execute')
      ? ['You cannot run anything. Linters and tests look at your change after you have answered.']
      : []),
    'When the task is done, stop calling tools and answer in a few sentences: what you did and why, and what you could not do.',
  ]
  return steps.map((step, index) => `${index + 1}. ${step}`).join('\n')
}

/** The first level of the tree, so that the first question need not be what there is. */
function overview(paths: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const path of paths) {
    const slash = path.indexOf('/')
    const entry = slash === -1 ? path : path.slice(0, slash + 1)
    counts.set(entry, (counts.get(entry) ?? 0) + 1)
  }
  const entries = [...counts].map(([entry, files]) => (entry.endsWith('/') ? `${entry} (${plural(files, 'file')})` : entry))
  const more = entries.length > maxEntries ? [`and ${entries.length - maxEntries} more`] : []
  return `The repository has ${plural(paths.length, 'file')}:\n${[...entries.slice(0, maxEntries), ...more].join('\n')}`
}

/** What the model is told about what it broke, after what it said about its work. */
export function repairMessages(said: string, verified: VerifiedChange): Message[] {
  return [
    { role: 'assistant', text: said, toolCalls: [] },
    {
      role: 'user',
      text: `Your changes are in place, but something is worse than before:\n\n${failuresText(verified)}\n\nRepair it, or take back what caused it.`,
    },
  ]
}
