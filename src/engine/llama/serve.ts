import { AppError } from '../../domain/errors.ts'
import { generate } from './generate.ts'
import { describeBackend, loadLibrary } from './library.ts'
import { type LoadedModel, loadModel } from './load-model.ts'
import { type FromProcess, type ProblemCode, problemCodes, type ToProcess, toProcessSchema } from './messages.ts'

/** The other end of the line to the program. */
export interface Port {
  send(message: FromProcess): void
  onMessage(listener: (raw: unknown) => void): void
}

type Request = Exclude<ToProcess, { type: 'abort' }>

/** What the engine process does: answers requests, several at once, each with one `done` or `failed`. */
export function serve(port: Port): void {
  const running = new Map<number, AbortController>()
  let loading: Promise<LoadedModel> | null = null

  const answer = async (request: Request, signal: AbortSignal): Promise<unknown> => {
    const { id } = request
    if (request.type === 'probe') {
      const loaded = await loadLibrary({ gpu: 'auto', threads: 'auto' })
      return describeBackend(loaded, loaded.llama.maxThreads)
    }
    if (request.type === 'open') {
      loading = loadModel(request.request)
      return (await loading).opened
    }
    if (loading === null) throw new AppError('INTERNAL', 'The engine process was asked before it had a model.')
    const loaded = await loading
    if (request.type === 'count') return loaded.model.tokenize(request.text).length
    if (request.type === 'counters') return { ...loaded.counts, ...loaded.rhythm.counts }
    return generate(request.request, loaded, {
      signal,
      onTurn: () => port.send({ type: 'turn', id }),
      onText: (delta) => port.send({ type: 'text', id, delta }),
    })
  }

  const run = async (request: Request): Promise<void> => {
    const abort = new AbortController()
    running.set(request.id, abort)
    try {
      port.send({ type: 'done', id: request.id, value: await answer(request, abort.signal) })
    } catch (error) {
      port.send({ type: 'failed', id: request.id, ...problemOf(error) })
    } finally {
      running.delete(request.id)
    }
  }

  port.onMessage((raw) => {
    const message = toProcessSchema.parse(raw)
    if (message.type === 'abort') running.get(message.id)?.abort()
    else void run(message)
  })
}

function problemOf(error: unknown): { code: ProblemCode; message: string; hint: string | null } {
  const code = error instanceof AppError ? problemCodes.find((code) => code === error.code) : undefined
  const { message } = error as Error
  return code === undefined
    ? { code: 'ENGINE_FAILED', message: `The engine failed: ${message}`, hint: null }
    : { code, message, hint: (error as AppError).hint ?? null }
}
