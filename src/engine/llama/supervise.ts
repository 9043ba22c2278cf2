import { AppError } from '../../domain/errors.ts'
import { type EngineProcess, startEngineProcess } from './engine-process.ts'
import type { LocalOptions } from './local-options.ts'
import { type Opened, openedSchema } from './messages.ts'

export interface Running {
  process: EngineProcess
  opened: Opened
}

/** What makes the process end every time will make it end the next time too. */
const maxStarts = 4

/** Keeps one engine process with the model in it: started when it is needed, and again after a crash, but not for ever. */
export function superviseProcess(options: LocalOptions, openMs: number) {
  const closing = new AbortController()
  const start = starter(options, { openMs, closing: closing.signal })
  const notices: Opened['notices'] = []
  let { gpu } = options
  let [starts, current]: [number, Promise<Running> | null] = [0, null]

  /** A GPU that does not start is a reason to be slow, not a reason to fail. */
  const startSomewhere = async (): Promise<Running> => {
    try {
      return await start(gpu)
    } catch (error) {
      if (gpu === 'off' || !(error instanceof AppError) || error.code !== 'ENGINE_FAILED') throw error
      gpu = 'off'
      const running = await start(gpu)
      notices.push(fallbackNotice(error))
      return running
    }
  }

  return {
    notices,
    async ready(): Promise<Running> {
      closing.signal.throwIfAborted()
      const before = current
      if (before && (await isUsable(before))) return await before
      // Otherwise whoever else found the process gone has started the next one already.
      if (current === before) {
        if (++starts > maxStarts) throw startsNoMore()
        current = startSomewhere()
      }
      return await (current as Promise<Running>)
    },
    async close(): Promise<void> {
      if (!closing.signal.aborted) closing.abort(closedError())
      const running = await current?.catch(() => null)
      await running?.process.kill(closedError())
    },
  }
}

function starter(
  { modelPath, contextTokens, threads, parallel, prefixFolder, environment }: LocalOptions,
  { openMs, closing }: { openMs: number; closing: AbortSignal },
) {
  return async (gpu: LocalOptions['gpu']): Promise<Running> => {
    const process = startEngineProcess(environment)
    const timeout = AbortSignal.timeout(openMs)
    try {
      const request = { modelPath, contextTokens, gpu, threads, parallel, prefixFolder }
      const signal = AbortSignal.any([closing, timeout])
      return { process, opened: await process.call({ type: 'open', request }, { result: openedSchema, signal }) }
    } catch (error) {
      await process.kill(closedError())
      throw error === timeout.reason ? tooSlow(modelPath, openMs) : error
    }
  }
}

const isUsable = (running: Promise<Running>): Promise<boolean> =>
  running.then(
    ({ process }) => process.isAlive(),
    () => false,
  )

const closedError = () => new AppError('ENGINE_UNAVAILABLE', 'The engine is closed.')

const startsNoMore = () =>
  new AppError('ENGINE_FAILED', `The engine process ended ${maxStarts} times and is not started again.`, {
    hint: 'Try another model, or set engine.gpu to none.',
  })

const tooSlow = (modelPath: string, openMs: number) =>
  new AppError('ENGINE_TIMEOUT', `The model ${modelPath} was not loaded in ${openMs} ms.`, {
    hint: 'Choose a smaller model with `agent models list`, or put it on a faster disk.',
  })

const fallbackNotice = ({ message }: AppError) => ({
  code: 'GPU_UNAVAILABLE',
  message: `${message} The model runs on the processor.`,
  hint: 'See `agent doctor`, or set engine.gpu to none.',
})
