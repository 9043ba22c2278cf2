import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ForgeRemote } from '../workspace/fetch-commits.ts'
import { childEnvironment } from './child-environment.ts'
import type { ReportFiles } from './command-line.ts'
import { readEvent } from './event.ts'
import { type Inputs, readInputs } from './inputs.ts'
import type { GuardedLog } from './log.ts'
import { type Occasion, occasionOf } from './occasion.ts'
import { reportPlace, workingDirectory } from './place.ts'

/** Everything that a run needs to know, read once. */
export interface Job {
  inputs: Inputs
  eventName: string
  occasion: Occasion
  /** Absolute path of the folder to work in. */
  directory: string
  /** Without secrets that are not the endpoint's. */
  environment: Readonly<Record<string, string>>
  files: ReportFiles
  remote: ForgeRemote
  /** Of GitHub's API. */
  apiUrl: string
  log: GuardedLog
  signal: AbortSignal
}

/** Reads inputs, event and environment. Throws `USAGE_INVALID` for what cannot be meant, and what would not be safe. */
export async function prepareJob(
  environment: Readonly<Record<string, string | undefined>>,
  { log, signal }: Pick<Job, 'log' | 'signal'>,
): Promise<Job> {
  const inputs = readInputs(environment)
  const event = await readEvent(environment)
  const occasion = occasionOf(event, inputs)
  const directory = await workingDirectory(inputs['working-directory'], environment)
  const inherited = childEnvironment(environment, { trusted: nameOf(occasion.trusted), apiKey: inputs['api-key'] })
  const { AGENT_API_KEY: _key, ...forGit } = inherited
  const folder = await mkdtemp(join(environment.RUNNER_TEMP || tmpdir(), 'agent-'))
  const sarif = inputs['sarif-file']
  return {
    inputs,
    eventName: event.name,
    occasion,
    directory,
    environment: inherited,
    files: {
      json: join(folder, 'report.json'),
      sarif: sarif === undefined ? join(folder, 'report.sarif') : await reportPlace(sarif, directory),
      markdown: join(folder, 'summary.md'),
    },
    remote: {
      directory,
      environment: forGit,
      token: inputs['github-token'] ?? null,
      webUrl: environment.GITHUB_SERVER_URL || 'https://github.com',
      repository: environment.GITHUB_REPOSITORY ?? '',
      signal,
    },
    apiUrl: environment.GITHUB_API_URL || 'https://api.github.com',
    log,
    signal,
  }
}

const nameOf = (trusted: Occasion['trusted']) => trusted?.id ?? trusted?.branch ?? null
