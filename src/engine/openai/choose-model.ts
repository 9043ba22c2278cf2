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

interface Listing {
  place: Place
  watch: Watch
  /** How long the server may take. */
  listMs: number
}

/** Asks the server which models it has. Throws a `Failure`. */
export async function listModels(client: OpenAI, { place, watch, listMs }: Listing): Promise<readonly ServedModel[]> {
  const timeout = AbortSignal.timeout(listMs)
  try {
    const response = await client.models.list({ signal: AbortSignal.any([watch.signal, timeout]) }).asResponse()
    const parsed = modelsSchema.safeParse(await response.json())
    if (parsed.success) return parsed.data.data.map(({ id, max_model_len }) => ({ id, contextTokens: max_model_len ?? null }))
  } catch (error) {
    if (timeout.aborted) throw new Failure(tooSlow(place, listMs))
    if (!(error instanceof SyntaxError)) throw diagnose(error, place)
  }
  throw new Failure(noModel(`What ${place.url} answers to /models is no list of models.`))
}

const tooSlow = ({ url }: Place, listMs: number) =>
  new AppError('ENGINE_TIMEOUT', `The endpoint ${url} did not say in ${listMs} ms which models it has.`, {
    hint: 'See whether the server hangs, or name the model with --model or engine.model.',
  })

const noModel = (message: string) =>
  new AppError('ENGINE_UNAVAILABLE', message, {
    hint: 'Name the model with --model or engine.model, and check that the address ends in /v1.',
  })
