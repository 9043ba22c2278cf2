import { type Command, Option } from 'commander'
import { AppError } from '../domain/errors.ts'
import type { Selector } from '../domain/selector.ts'
import { filled, wholeNumber } from './flag-values.ts'

/** What commander leaves of the selector flags. */
export interface SelectorFlags {
  staged?: boolean
  working?: boolean
  commit?: string
  base?: string
  range?: string
  patch?: string
}

/** What only a review understands: a change that lies on a forge. */
export interface PullRequestFlags {
  pr?: number
  repo?: string
  publish?: boolean
}

const selectors = [
  { name: 'staged', flag: '--staged', description: 'the content of the index' },
  { name: 'working', flag: '--working', description: 'what is changed but not staged' },
  { name: 'commit', flag: '--commit <rev>', description: 'one commit' },
  { name: 'base', flag: '--base <ref>', description: 'everything since this branch was left' },
  { name: 'range', flag: '--range <a>..<b>', description: 'from one revision to another' },
  { name: 'patch', flag: '--patch <file>', description: 'a unified diff from a file, or from standard input for -' },
] as const satisfies readonly { name: keyof SelectorFlags; flag: string; description: string }[]

/** Adds the flags of which at most one says what change is meant; none of them means every uncommitted change. */
export function addSelectorFlags(command: Command): Command {
  command.optionsGroup('Change (one of them; without, everything that is not committed):')
  for (const { name, flag, description } of selectors) {
    const others = selectors.filter((other) => other.name !== name).map((other) => other.name)
    const option = new Option(flag, description).conflicts(others)
    command.addOption(flag.includes('<') ? option.argParser(filled) : option)
  }
  return command
}

/** The change that the flags select. At most one of them is set: commander refuses two. */
export function selectorFrom({ staged, working, commit, base, range, patch }: SelectorFlags): Selector {
  if (staged) return { kind: 'staged' }
  if (working) return { kind: 'working' }
  if (commit !== undefined) return { kind: 'commit', rev: commit }
  if (base !== undefined) return { kind: 'base', ref: base }
  if (range !== undefined) return rangeFrom(range)
  if (patch !== undefined) return { kind: 'patch', source: patch }
  return { kind: 'uncommitted' }
}

/** Either end may be left out and is HEAD then, as in git. Three dots mean something else there, so they are refused. */
function rangeFrom(text: string): Selector {
  const [from = '', to = '', more] = text.split('..')
  if (more !== undefined || !text.includes('..') || (from === '' && to === '') || to.startsWith('.')) {
    throw new AppError('USAGE_INVALID', `--range ${text} is not <a>..<b>.`, {
      hint: 'Write two revisions with two dots between them, or use --base <ref>.',
    })
  }
  return { kind: 'range', from: from || 'HEAD', to: to || 'HEAD' }
}

/** Adds `--pr` and what goes with it. Comes after the other flags that say what change is meant. */
export function addPullRequestFlags(command: Command): Command {
  return command
    .optionsGroup('Pull request:')
    .addOption(
      new Option('--pr <number>', 'a pull request on GitHub, judged by the rules of its base')
        .argParser(wholeNumber({ from: 1 }))
        .conflicts(selectors.map(({ name }) => name)),
    )
    .addOption(new Option('--repo <owner/name>', 'its repository, if it is not that of origin').argParser(filled))
    .option('--publish', 'post the result on it')
}
