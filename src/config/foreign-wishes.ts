import type { Notice } from '../domain/report.ts'
import { isLoopback } from '../engine/openai/is-loopback.ts'
import { hideSecrets } from './secret.ts'
import type { Config } from './schema.ts'
import { isSection, type Section } from './tree.ts'

/** What a checkout's own file says and only its user may decide. */
export interface ForeignWishes {
  /** An endpoint beyond this machine. */
  endpoint: string | undefined
  /** That commands run without a sandbox. */
  host: boolean
  /** A program that runs models. */
  server: string | undefined
}

/**
 * A repository is not its user: whoever clones it must not send their code, or the key in AGENT_API_KEY, to a server that it
 * chose, nor run its tests without a sandbox or a program of its own because it says so. Takes these out of what a project's file says, and returns them.
 */
export function withoutForeignWishes(section: Section): { section: Section; wishes: ForeignWishes } {
  const { engine, sandbox } = section
  const baseUrl = isSection(engine) ? engine.baseUrl : undefined
  const endpoint = typeof baseUrl === 'string' && !isLoopback(baseUrl) ? baseUrl : undefined
  const named = isSection(engine) ? engine.server : undefined
  const server = typeof named === 'string' && /[/\\]/.test(named) ? named : undefined
  const host = isSection(sandbox) && sandbox.use === 'host'
  return {
    section: {
      ...section,
      ...(isSection(engine) && { engine: without(engine, ...(endpoint ? ['baseUrl'] : []), ...(server ? ['server'] : [])) }),
      ...(host && { sandbox: without(sandbox, 'use') }),
    },
    wishes: { endpoint, host, server },
  }
}

const without = (section: Section, ...keys: readonly string[]): Section =>
  Object.fromEntries(Object.entries(section).filter(([name]) => !keys.includes(name)))

/** Tells what is not done, unless the user has decided otherwise, and how to decide. */
export function foreignWishesNotices(
  { endpoint, host, server }: ForeignWishes,
  { file, userConfig, config }: { file: string; userConfig: string; config: Config },
): Notice[] {
  const notices: Notice[] = []
  if (endpoint !== undefined && config.engine.baseUrl === null)
    notices.push({
      code: 'ENDPOINT_NOT_YOURS',
      message: `${file} names the endpoint ${hideSecrets('engine.baseUrl', endpoint)}; nothing is sent there, because only you can say where your code may go.`,
      hint: `Set AGENT_BASE_URL or engine.baseUrl in ${userConfig}, or pass --base-url, if you want it.`,
    })
  if (host && config.sandbox.use === 'auto')
    notices.push({
      code: 'HOST_NOT_YOURS',
      message: `${file} wants commands to run without a sandbox; they do not, because only you can say what may run on your machine.`,
      hint: `Set sandbox.use in ${userConfig}, or pass --sandbox host, if you want it.`,
    })
  if (server !== undefined && config.engine.server === 'auto')
    notices.push({
      code: 'SERVER_NOT_YOURS',
      message: `${file} names the program ${server} to run models with; it is not started, because only you can say what may run on your machine.`,
      hint: `Set engine.server in ${userConfig} or AGENT_ENGINE_SERVER, if you want it.`,
    })
  return notices
}
