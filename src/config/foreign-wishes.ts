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
}

/**
 * A repository is not its user: whoever clones it must not send their code, or the key in AGENT_API_KEY, to a server that it
 * chose, nor run its tests without a sandbox because it says so. Takes both out of what a project's file says, and returns them.
 */
export function withoutForeignWishes(section: Section): { section: Section; wishes: ForeignWishes } {
  const { engine, sandbox } = section
  const baseUrl = isSection(engine) ? engine.baseUrl : undefined
  const endpoint = typeof baseUrl === 'string' && !isLoopback(baseUrl) ? baseUrl : undefined
  const host = isSection(sandbox) && sandbox.use === 'host'
  return {
    section: {
      ...section,
      ...(endpoint !== undefined && isSection(engine) && { engine: without(engine, 'baseUrl') }),
      ...(host && { sandbox: without(sandbox, 'use') }),
    },
    wishes: { endpoint, host },
  }
}

const without = (section: Section, key: string): Section => Object.fromEntries(Object.entries(section).filter(([name]) => name !== key))

/** Tells what is not done, unless the user has decided otherwise, and how to decide. */
export function foreignWishesNotices(
  { endpoint, host }: ForeignWishes,
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
  return notices
}
