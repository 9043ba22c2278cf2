import { z } from 'zod'
import { apiKeyFrom } from '../../config/environment.ts'
import { hideSecrets } from '../../config/secret.ts'
import { type AskServer, probeServer } from '../../engine/openai/probe-server.ts'
import type { ServerKind } from '../../engine/openai/server-traits.ts'
import { type Answer, ok, type Probe, problem, warning } from './probe.ts'

const deadlineMs = 2000
const maxAnswerBytes = 2 ** 21
const listSchema = z.object({ data: z.array(z.object({ id: z.string() })) })

/** Whether the configured server answers, takes the key, and has the model. */
export const endpointProbe: Probe = {
  name: 'endpoint',
  // The request itself ends sooner, and then says more.
  deadlineMs: deadlineMs + 1000,
  async examine({ config, environment }, signal) {
    const { baseUrl, model, apiKeyEnv, use } = config.engine
    if (baseUrl === null || (use !== 'auto' && use !== 'endpoint')) return null
    const key = apiKeyFrom({ apiKeyEnv }, environment)
    const shown = hideSecrets('engine.baseUrl', baseUrl)
    const url = new URL(baseUrl)
    if (url.username !== '' || url.password !== '') {
      return problem(
        `${shown} has a user name or password in it, which cannot be sent that way`,
        'Remove it from engine.baseUrl; a key belongs into AGENT_API_KEY.',
      )
    }
    url.pathname = `${url.pathname.replace(/\/+$/, '')}/models`
    const ended = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)])
    try {
      const headers = key === undefined ? {} : { authorization: `Bearer ${key}` }
      const response = await fetch(url, { headers, redirect: 'manual', signal: ended })
      const answer = await judge(response, { shown, model, keyName: apiKeyEnv ?? 'AGENT_API_KEY' })
      return answer.verdict === 'ok' ? { ...answer, found: `${answer.found}${await kindOf(url, { headers, signal: ended })}` } : answer
    } catch (error) {
      const why = ended.aborted ? `no answer within ${deadlineMs} ms` : reasonOf(error)
      return problem(`${shown} cannot be reached: ${why}`, 'Start the server, or correct engine.baseUrl.')
    }
  },
}

const kindNames: Readonly<Record<ServerKind, string | null>> = {
  vllm: 'vLLM',
  'llama-server': 'llama-server',
  ollama: 'Ollama',
  'lm-studio': 'LM Studio',
  'openai-like': null,
}

/** What the server is, where it tells; it is no worse for not telling. */
async function kindOf(
  models: URL,
  { headers, signal }: { headers: Readonly<Record<string, string>>; signal: AbortSignal },
): Promise<string> {
  const ask: AskServer = (path, options) =>
    fetch(path.startsWith('/') ? new URL(path, models.origin) : models, { headers, redirect: 'manual', signal: options.signal })
  const traits = (await probeServer(ask, signal).catch(() => null))?.traits ?? null
  const name = traits === null ? null : kindNames[traits.kind]
  if (traits === null || name === null) return ''
  const context = traits.models[0]?.contextTokens ?? null
  return `; ${[name, traits.version].filter(Boolean).join(' ')}${context === null ? '' : `, ${context} tokens of context`}`
}

interface Asked {
  shown: string
  model: string | null
  keyName: string
}

async function judge(response: Response, { shown, model, keyName }: Asked): Promise<Answer> {
  const { status } = response
  if (status === 401 || status === 403)
    return problem(`${shown} refuses the key (HTTP ${status})`, `Set ${keyName} to a key that it takes.`)
  if (status >= 300 && status < 400)
    return problem(`${shown} redirects elsewhere (HTTP ${status})`, 'Set engine.baseUrl to the address it redirects to.')
  if (!response.ok)
    return warning(
      `${shown} answers HTTP ${status} to a question for its models`,
      'Check that engine.baseUrl ends where the API begins, usually in /v1.',
    )
  const list = listSchema.safeParse(parseJson(await readStart(response)))
  if (!list.success)
    return warning(
      `${shown} answers, but not with a list of models`,
      'Check that engine.baseUrl ends where the API begins, usually in /v1.',
    )
  const ids = list.data.data.map(({ id }) => id)
  if (model !== null && !ids.includes(model))
    return warning(
      `${shown} does not list the model ${model}`,
      `It lists ${ids.slice(0, 5).join(', ') || 'none'}: set engine.model to one of them.`,
    )
  return ok(`${shown} answers; ${ids.length === 1 ? `its model is ${ids[0]}` : `it has ${ids.length} models`}`)
}

async function readStart(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > maxAnswerBytes) break
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message
}
