import type { OpenAI } from 'openai'
import { AppError } from '../../domain/errors.ts'
import { diagnose, Failure, type Place } from './failure.ts'
import type { Notice } from './negotiation.ts'
import type { ServedModel } from './server-traits.ts'
import type { Watch } from './watch.ts'
import { modelsSchema } from './wire.ts'

/** Takes the first of a server's models; several are worth a notice. Throws a `Failure` where there is none. */
export function chooseModel(models: readonly ServedModel[], { place, notices }: { place: Place; notices: Notice[] }): ServedModel {
  const [first, ...others] = models
  if (first === undefined) throw new Failure(noModel(`The endpoint ${place.url} has no model.`))
  if (others.length > 0) {
    notices.push({
      code: 'MODEL_CHOSEN',
      message: `The endpoint has ${models.length} models; the first, ${first.id}, is asked.`,
      hint: `Name one with --model, e.g. --model ${others[0]?.id ?? first.id}.`,
    })
  }
  return first
}

/** Asks the server which models it has. Throws a `Failure`. */
export async function listModels(client: OpenAI, { place, watch }: { place: Place; watch: Watch }): Promise<readonly ServedModel[]> {
  try {
    watch.expect('first-token')
    const response = await client.models.list({ signal: watch.signal }).asResponse()
    const parsed = modelsSchema.safeParse(await response.json())
    if (parsed.success) return parsed.data.data.map(({ id, max_model_len }) => ({ id, contextTokens: max_model_len ?? null }))
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
