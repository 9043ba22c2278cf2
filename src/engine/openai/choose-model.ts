import { AppError } from '../../domain/errors.ts'
import type { OpenAI } from 'openai'
import { diagnose, Failure, type Place } from './failure.ts'
import type { Notice } from './negotiation.ts'
import type { Watch } from './watch.ts'
import { modelsSchema } from './wire.ts'

export interface ServedModel {
  name: string
  contextTokens: number | null
}

/** Asks the server which models it has, and takes the first; several are worth a notice. Throws a `Failure`. */
export async function chooseModel(
  { client, place, watch }: { client: OpenAI; place: Place; watch: Watch },
  notices: Notice[],
): Promise<ServedModel> {
  const models = await listModels(client, { place, watch })
  const [first, ...others] = models
  if (first === undefined) throw new Failure(noModel(`The endpoint ${place.url} has no model.`))
  if (others.length > 0) {
    notices.push({
      code: 'MODEL_CHOSEN',
      message: `The endpoint has ${models.length} models; the first, ${first.id}, is asked.`,
      hint: `Name one with --model, e.g. --model ${others[0]?.id ?? first.id}.`,
    })
  }
  return { name: first.id, contextTokens: first.max_model_len ?? null }
}

async function listModels(client: OpenAI, { place, watch }: { place: Place; watch: Watch }) {
  try {
    watch.expect('first-token')
    const response = await client.models.list({ signal: watch.signal }).asResponse()
    const parsed = modelsSchema.safeParse(await response.json())
    if (parsed.success) return parsed.data.data
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw diagnose(error, place)
  } finally {
    watch.rest()
  }
  throw new Failure(noModel(`What ${place.url} answers to /models is no list of models.`))
}

const noModel = (message: string) =>
  new AppError('ENGINE_UNAVAILABLE', message, {
    hint: 'Name the model with --model or engine.model, and check that the address ends in /v1.',
  })
