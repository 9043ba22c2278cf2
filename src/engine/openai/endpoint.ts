import { AppError } from '../../domain/errors.ts'
import type { Engine, GenerateRequest, Generation } from '../engine.ts'
import { type Admission, createAdmission } from './admission.ts'
import { chooseModel, listModels } from './choose-model.ts'
import { openConnection, type Connection } from './connection.ts'
import { createTokenCounter } from './count-tokens.ts'
import { defaultContextTokens, defaultParallel, type EndpointOptions, vllmParallel } from './endpoint-options.ts'
import { exchange } from './exchange.ts'
import { forgetServer, keepLearned, knowServer, type ServerKnowledge } from './know-server.ts'
import { openNegotiation, type Notice } from './negotiation.ts'
import { refuseOverlong, refuseTruncated } from './overlong.ts'
import { createQueueReader } from './queue-length.ts'
import { rememberedServer, type RememberedServer } from './remembered-server.ts'
import { replayTo } from './replay.ts'
import { askedOf } from './request-body.ts'
import type { ServedModel, ServerTraits } from './server-traits.ts'

interface Endpoint {
  options: EndpointOptions
  remembered: RememberedServer | null
  connection: Connection
  known: ServerKnowledge
  served: ServedModel
  admission: Admission
  notices: Notice[]
}

/** Connects to a server, finds out what it is, and which model it has where none was named. */
export async function openEndpoint(options: EndpointOptions, signal: AbortSignal): Promise<Engine> {
  signal.throwIfAborted()
  const remembered = options.remembered ?? rememberedFor(options)
  let admission: Admission | undefined
  const connection = openConnection(options, (pauseMs) => admission?.backOff(pauseMs))
  const notices: Notice[] = []
  try {
    const known = await knowServer(connection.ask, remembered, signal)
    const served = await servedModel(known, { options, connection, notices, signal })
    admission = admissionFor(known.traits, { options, connection })
    return endpointEngine({ options, remembered, connection, known, served, admission, notices })
  } catch (error) {
    connection.close()
    throw error
  }
}

/** A list is no answer of a model: a server that needs longer for it hangs. */
const longestListMs = 10_000

const rememberedFor = ({ rememberIn, baseUrl, model }: EndpointOptions): RememberedServer | null =>
  rememberIn ? rememberedServer({ folder: rememberIn, baseUrl, model }) : null

async function servedModel(
  { traits }: ServerKnowledge,
  { options, connection, notices, signal }: Pick<Endpoint, 'options' | 'connection' | 'notices'> & { signal: AbortSignal },
): Promise<ServedModel> {
  const { place } = connection
  const told = traits?.models.find(({ id }) => id === options.model)
  if (options.model !== null) return told ?? { id: options.model, contextTokens: null }
  const listMs = Math.min(longestListMs, options.deadlines.firstTokenMs)
  return connection.run(signal, async ({ client, watch }) =>
    chooseModel(traits?.models ?? (await listModels(client, { place, watch, listMs })), { place, notices }),
  )
}

/** As many at once as the server says, and as many more as it takes without complaint. */
function admissionFor(traits: ServerTraits | null, { options, connection }: Pick<Endpoint, 'options' | 'connection'>): Admission {
  const most = parallelOf(traits, options)
  const never = new AbortController().signal
  return createAdmission({
    initial: options.parallel ?? Math.min(most, traits?.slots ?? defaultParallel),
    most,
    ...(traits?.tellsQueue && { isCrowded: createQueueReader(connection.ask, never) }),
  })
}

const parallelOf = (traits: ServerTraits | null, { parallel }: EndpointOptions): number =>
  parallel ?? traits?.slots ?? (traits?.kind === 'vllm' ? vllmParallel : defaultParallel)

function endpointEngine({ options, remembered, connection, known, served, admission, notices }: Endpoint): Engine {
  const negotiation = openNegotiation(notices, known.learned)
  const contextTokens = options.contextTokens ?? served.contextTokens ?? defaultContextTokens
  const place = { ...connection.place, model: served.id }
  const closing = new AbortController()

  const send = (request: GenerateRequest): Promise<Generation> => {
    const replay = replayTo(request.onText)
    return connection.run(request.signal, ({ client, watch }) =>
      negotiation.run(askedOf(request), (dialect) => exchange(request, { client, place, watch, dialect, onText: replay.begin() })),
    )
  }

  return {
    kind: 'endpoint',
    model: served.id,
    digest: null,
    contextTokens,
    get offersTools() {
      return negotiation.offersTools
    },
    parallel: parallelOf(known.traits, options),
    notices,
    countTokens: createTokenCounter({ traits: known.traits, model: served.id, ask: connection.ask, signal: closing.signal }),
    async close() {
      closing.abort()
      await keepLearned(known, negotiation, remembered)
      connection.close()
    },

    async generate(request) {
      if (connection.closed)
        throw new AppError('ENGINE_UNAVAILABLE', `The connection to ${place.url} is closed.`, { hint: 'Open the engine again.' })
      request.signal.throwIfAborted()
      try {
        refuseOverlong(request, contextTokens)
        const generation = await admission.run(request.signal, () => send(request))
        refuseTruncated(request, generation.usage)
        return generation
      } catch (error) {
        if (!request.signal.aborted) await forgetServer(known, remembered)
        throw error
      }
    },
  }
}
