import { AppError } from '../../domain/errors.ts'
import { estimateTokens } from '../../domain/tokens.ts'
import type { Engine, GenerateRequest } from '../engine.ts'
import { chooseModel, type ServedModel } from './choose-model.ts'
import { openConnection, type Connection } from './connection.ts'
import { defaultContextTokens, defaultParallel, type EndpointOptions } from './endpoint-options.ts'
import { exchange } from './exchange.ts'
import { openNegotiation, type Notice } from './negotiation.ts'
import { refuseOverlong, refuseTruncated } from './overlong.ts'
import { replayTo } from './replay.ts'
import { askedOf } from './request-body.ts'

/** Connects to a server, and finds out its model where none was named. */
export async function openEndpoint(options: EndpointOptions, signal: AbortSignal): Promise<Engine> {
  signal.throwIfAborted()
  const connection = await openConnection(options)
  const notices: Notice[] = []
  try {
    const served =
      options.model === null ? await askForModel(connection, { notices, signal }) : { name: options.model, contextTokens: null }
    return endpointEngine(connection, { options, served, notices })
  } catch (error) {
    connection.close()
    throw error
  }
}

function askForModel(connection: Connection, { notices, signal }: { notices: Notice[]; signal: AbortSignal }): Promise<ServedModel> {
  return connection.run(signal, ({ client, watch }) => chooseModel({ client, watch, place: connection.place }, notices))
}

function endpointEngine(
  connection: Connection,
  { options, served, notices }: { options: EndpointOptions; served: ServedModel; notices: Notice[] },
): Engine {
  const negotiation = openNegotiation(notices)
  const contextTokens = options.contextTokens ?? served.contextTokens ?? defaultContextTokens
  const place = { ...connection.place, model: served.name }

  return {
    kind: 'endpoint',
    model: served.name,
    digest: null,
    contextTokens,
    get offersTools() {
      return negotiation.offersTools
    },
    parallel: options.parallel ?? defaultParallel,
    notices,
    countTokens: async (text) => estimateTokens(text),
    close: async () => connection.close(),

    async generate(request: GenerateRequest) {
      if (connection.closed)
        throw new AppError('ENGINE_UNAVAILABLE', `The connection to ${place.url} is closed.`, { hint: 'Open the engine again.' })
      request.signal.throwIfAborted()
      refuseOverlong(request, contextTokens)
      const replay = replayTo(request.onText)
      const generation = await connection.run(request.signal, ({ client, watch }) =>
        negotiation.run(askedOf(request), (dialect) => exchange(request, { client, place, watch, dialect, onText: replay.begin() })),
      )
      refuseTruncated(request, generation.usage)
      return generation
    },
  }
}
