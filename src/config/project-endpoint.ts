import type { Notice } from '../domain/report.ts'
import { isLoopback } from '../engine/openai/is-loopback.ts'
import { hideSecrets } from './secret.ts'
import { isSection, type Section } from './tree.ts'

/**
 * A repository is not its user: whoever clones it must not send their code, or the key in AGENT_API_KEY, to a server that it
 * chose. Takes an endpoint beyond this machine out of what a project's file says, and returns it.
 */
export function withoutForeignEndpoint(section: Section): { section: Section; foreign: string | undefined } {
  const { engine } = section
  const baseUrl = isSection(engine) ? engine.baseUrl : undefined
  if (!isSection(engine) || typeof baseUrl !== 'string' || isLoopback(baseUrl)) return { section, foreign: undefined }
  const others = Object.entries(engine).filter(([key]) => key !== 'baseUrl')
  return { section: { ...section, engine: Object.fromEntries(others) }, foreign: baseUrl }
}

/** Tells that an endpoint is not used, and how to name it oneself. */
export function foreignEndpointNotice(foreign: string, { file, userConfig }: { file: string; userConfig: string }): Notice {
  const url = hideSecrets('engine.baseUrl', foreign)
  return {
    code: 'ENDPOINT_NOT_YOURS',
    message: `${file} names the endpoint ${url}; nothing is sent there, because only you can say where your code may go.`,
    hint: `Set AGENT_BASE_URL or engine.baseUrl in ${userConfig}, or pass --base-url, if you want it.`,
  }
}
