import type { Span } from '../workspace/remote-history.ts'
import { changesCheckout, type Inputs } from './inputs.ts'

/** Absolute paths of what a run leaves. */
export interface ReportFiles {
  json: string
  sarif: string
  markdown: string
}

/** The change, as commits: names that others chose reach no command line. */
export type Change = Span | { commit: string }

interface CommandLine {
  change: Change
  /** Absolute path. */
  directory: string
  files: ReportFiles
  /** Results are kept for the next run. */
  useCache: boolean
}

/** The command line that does what the inputs ask for. Each value is in one word with its flag, and can be no flag itself. */
export function commandLineOf(inputs: Inputs, { change, directory, files, useCache }: CommandLine): string[] {
  const { task, engine, model, config, shard } = inputs
  const optional = {
    engine,
    model,
    config,
    shard,
    'base-url': inputs['base-url'],
    'fail-on': inputs['fail-on'],
    'max-time': inputs['max-time'],
  }
  return [
    task,
    '-C',
    directory,
    selectorOf(change, task),
    '--format=github',
    '--no-color',
    ...Object.entries(files).map(([format, file]) => `--report=${format}=${file}`),
    ...Object.entries(optional).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`])),
    ...(useCache ? [] : ['--no-cache']),
  ]
}

function selectorOf(change: Change, task: Inputs['task']): string {
  if ('commit' in change) return `--commit=${change.commit}`
  return changesCheckout({ task }) ? `--base=${change.from}` : `--range=${change.from}..${change.to}`
}
