import { homedir, hostname, release, userInfo } from 'node:os'
import { agentPaths } from '../../config/agent-paths.ts'
import { effectiveSettings } from '../../config/effective.ts'
import { AppError } from '../../domain/errors.ts'
import { version } from '../../domain/version.ts'
import { publicHub } from '../../engine/models/model-store.ts'
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
  return `${redact(text, privateThings(surroundings, text))}\n`
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

function privateThings({ environment, config, directory, root }: Surroundings, text: string): Private {
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
      ...serversIn([text, config.engine.baseUrl, environment.HF_ENDPOINT, environment.DOCKER_HOST].join(' ')),
    ],
    secrets: secretsIn(environment, config.engine.apiKeyEnv === null ? [] : [config.engine.apiKeyEnv]),
  }
}

/** Names that thousands have tell nothing, and are words of other sentences. */
function named(name: string, standIn: string): [string, string][] {
  return ['root', 'user', 'agent', 'node', 'localhost'].includes(name.toLowerCase()) ? [] : [[name, standIn]]
}

/** Hosts of every address in a text, also where a message then names them without it. */
function serversIn(text: string): [string, string][] {
  const addresses = text.match(/[a-z][a-z0-9+.-]*:\/\/[^\s"'`)|]+/gi) ?? []
  const urls = addresses.flatMap((address) => URL.parse(address) ?? [])
  const hosts = urls
    .filter((url) => url.hostname !== '' && !isLoopback(url.href) && url.origin !== publicHub)
    .map(({ hostname }) => hostname)
  return [...new Set(hosts)].map((host) => [host, '<server>'])
}
