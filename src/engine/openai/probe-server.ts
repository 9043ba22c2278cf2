import { z } from 'zod'
import { type ServedModel, type ServerKind, type ServerTraits, traitsOfKind } from './server-traits.ts'

/** Asks a server beside the API. The path is relative to the API's address (`models`) or, with a slash, to the server's root (`/props`). */
export type AskServer = (path: string, options: { signal: AbortSignal; body?: unknown }) => Promise<Response>

/** Longer than any server on a network needs to name its models, and short enough for a commit that waits. */
const probeMs = 2_000
const mostModels = 256
/** What is longer is no name, and would be kept and read by every run. */
const [longestId, longestVersion] = [1000, 200]

const count = z.int().positive().nullish().catch(null)
const listed = z.object({
  id: z.string().min(1).max(longestId),
  owned_by: z.string().nullish().catch(null),
  max_model_len: count,
  meta: z.object({ n_ctx: count }).nullish().catch(null),
})
const listSchema = z.object({ data: z.array(listed) })
const propsSchema = z.object({
  total_slots: count,
  build_info: z.string().max(longestVersion).nullish().catch(null),
  default_generation_settings: z.object({ n_ctx: count }).nullish().catch(null),
})
const versionSchema = z.object({ version: z.string().max(longestVersion) })
const runningSchema = z.object({ models: z.array(z.object({ name: z.string(), context_length: count })) })
const studioSchema = z.object({ data: z.array(z.object({ id: z.string(), loaded_context_length: count })) })

type Listed = z.infer<typeof listed>

interface Probed {
  traits: ServerTraits
  /** False where the time was up before it had said everything: then it may be more than it seems. */
  isWhole: boolean
}

/**
 * Finds out what a server is from the list of its models, and what it can from what servers of that kind tell. Null where no list of models can be
 * had in time; never throws but for the signal.
 */
export async function probeServer(ask: AskServer, signal: AbortSignal): Promise<Probed | null> {
  const ended = AbortSignal.any([signal, AbortSignal.timeout(probeMs)])
  const look = async <Value>(path: string, schema: z.ZodType<Value>): Promise<Value | null> => {
    const response = await ask(path, { signal: ended })
    return schema.safeParse(await response.json()).data ?? null
  }
  const maybe = <Value>(path: string, schema: z.ZodType<Value>) => look(path, schema).catch(() => null)
  try {
    const response = await ask('models', { signal: ended })
    const list = response.ok ? listSchema.safeParse(await response.json()).data : undefined
    if (list === undefined) return null
    const models = list.data.slice(0, mostModels)
    const kind = kindOf(models, response.headers.get('server'))
    const own = { kind, models: models.map(asServed), version: null, slots: null, ...traitsOfKind[kind] }
    const traits = await details[kind](own, { maybe, ask: (path) => ask(path, { signal: ended }) })
    signal.throwIfAborted()
    return { traits, isWhole: !ended.aborted }
  } catch {
    signal.throwIfAborted()
    return null
  }
}

const asServed = ({ id, max_model_len, meta }: Listed): ServedModel => ({ id, contextTokens: max_model_len ?? meta?.n_ctx ?? null })

/** How each names the owner of its models in `/v1/models`, as read from their sources. */
function kindOf(models: readonly Listed[], server: string | null): ServerKind {
  const owners = new Set(models.map(({ owned_by }) => owned_by))
  if (server?.startsWith('llama.cpp') || owners.has('llamacpp')) return 'llama-server'
  if (owners.has('vllm')) return 'vllm'
  if (owners.has('organization_owner')) return 'lm-studio'
  if (owners.has('library')) return 'ollama'
  return 'openai-like'
}

interface Line {
  maybe<Value>(path: string, schema: z.ZodType<Value>): Promise<Value | null>
  ask(path: string): Promise<Response>
}

/** What is asked for once it is known what answers. */
const details: Readonly<Record<ServerKind, (traits: ServerTraits, line: Line) => Promise<ServerTraits>>> = {
  async vllm(traits, { maybe }) {
    return { ...traits, version: (await maybe('/version', versionSchema))?.version ?? null }
  },
  async 'llama-server'(traits, { maybe, ask }) {
    const [props, metrics] = await Promise.all([maybe('/props', propsSchema), ask('/metrics').catch(() => null)])
    await metrics?.body?.cancel().catch(() => {})
    const context = props?.default_generation_settings?.n_ctx ?? null
    return {
      ...traits,
      version: props?.build_info ?? null,
      slots: props?.total_slots ?? null,
      tellsQueue: metrics?.ok ?? false,
      // What a slot has, which is less than what the server has in all.
      models: traits.models.map((model) => ({ ...model, contextTokens: context ?? model.contextTokens })),
    }
  },
  async ollama(traits, { maybe }) {
    const [version, running] = await Promise.all([maybe('/api/version', versionSchema), maybe('/api/ps', runningSchema)])
    const contextOf = new Map(running?.models.map(({ name, context_length }) => [name, context_length ?? null]))
    return {
      ...traits,
      version: version?.version ?? null,
      models: traits.models.map((model) => ({ ...model, contextTokens: contextOf.get(model.id) ?? null })),
    }
  },
  async 'lm-studio'(traits, { maybe }) {
    const loaded = await maybe('/api/v0/models', studioSchema)
    const contextOf = new Map(loaded?.data.map(({ id, loaded_context_length }) => [id, loaded_context_length ?? null]))
    return { ...traits, models: traits.models.map((model) => ({ ...model, contextTokens: contextOf.get(model.id) ?? null })) }
  },
  async 'openai-like'(traits, { maybe }) {
    // Models that a user made there belong to nobody, but the version is told all the same.
    const version = await maybe('/api/version', versionSchema)
    return version === null ? traits : { ...traits, kind: 'ollama', ...traitsOfKind.ollama, version: version.version }
  },
}
