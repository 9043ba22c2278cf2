import { homedir, hostname, release, userInfo } from 'node:os'
import { agentPaths } from '../../config/agent-paths.ts'
import { effectiveSettings } from '../../config/effective.ts'
import { AppError } from '../../domain/errors.ts'
import { version } from '../../domain/version.ts'
import { isLoopback } from '../../engine/openai/is-loopback.ts'
import type { CommandSettings } from '../load-settings.ts'
import { summaryOf } from './doctor-text.ts'
import type { Diagnosis, Surroundings } from './probe.ts'
import { type Private, redact, secretsIn } from './redact.ts'

export interface BundleSources {
  diagnoses: readonly Diagnosis[]
  surroundings: Surroundings
  settings: CommandSettings | AppError
}

/** A report that can be posted: Markdown, without secrets, names of people, machines and private servers, or paths of theirs. */
export function bundleText({ diagnoses, surroundings, settings }: BundleSources): string {
  const { environment, platform, nodeVersion } = surroundings
  const text = [
    `# agent doctor, coding-agent ${version}`,
    `Node ${nodeVersion} on ${platform} ${release()} ${process.arch}. ${summaryOf(diagnoses)}`,
    '| verdict | what | found | remedy |\n|---|---|---|---|',
    ...diagnoses.map(({ verdict, name, found, remedy }) => `| ${[verdict, name, found, remedy ?? ''].map(cell).join(' | ')} |`),
    '',
    '## Settings that are not defaults',
    ...settingLines(settings),
    '',
    '## Variables that are set (names only)',
    Object.keys(environment)
      .filter((name) => environment[name] && /^(?:AGENT_|HF_|DOCKER_|GIT_|CUDA_|NODE_|CI$|NO_PROXY$|HTTPS?_PROXY$)/i.test(name))
      .toSorted()
      .join(', ') || 'none',
  ].join('\n') // prettier-ignore
  return `${redact(text, privateThings(surroundings))}\n`
}

function settingLines(settings: CommandSettings | AppError): string[] {
  if (settings instanceof AppError) return ['The configuration cannot be read.']
  const written = effectiveSettings(settings).filter(({ origin }) => origin !== 'default')
  // Rules, globs and commands name things of the project; that they are set is enough.
  const lines = written.map(
    ({ path, value, origin }) => `- ${path}: ${typeof value === 'object' ? '(set)' : JSON.stringify(value)} (${origin})`,
  )
  return lines.length > 0 ? lines : ['none']
}

function cell(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|')
}

function privateThings({ environment, config, directory, root }: Surroundings): Private {
  const { home, projects, models } = agentPaths(environment)
  return {
    folders: [
      [models, '<models>'],
      [projects, '<projects>'],
      [home, '<AGENT_HOME>'],
      ...(config.models.dir === null ? [] : [[config.models.dir, '<models>'] as const]),
      ...(root === undefined ? [] : [[root, '<repository>'] as const]),
      [directory, '<directory>'],
      ...[environment.HOME, environment.USERPROFILE, homedir()].flatMap((path) => (path ? [[path, '~'] as const] : [])),
    ],
    names: [
      ...named(userInfo().username, '<user>'),
      ...named(hostname(), '<host>'),
      ...[config.engine.baseUrl, environment.HF_ENDPOINT, environment.DOCKER_HOST].flatMap((url) => privateHost(url)),
    ],
    secrets: secretsIn(environment, config.engine.apiKeyEnv === null ? [] : [config.engine.apiKeyEnv]),
  }
}

/** Names that thousands have tell nothing, and are words of other sentences. */
function named(name: string, standIn: string): [string, string][] {
  return ['root', 'user', 'agent', 'node', 'localhost'].includes(name.toLowerCase()) ? [] : [[name, standIn]]
}

function privateHost(text: string | null | undefined): [string, string][] {
  const url = text ? URL.parse(text) : null
  return url === null || url.hostname === '' || isLoopback(url.href) ? [] : [[url.hostname, '<server>']]
}
