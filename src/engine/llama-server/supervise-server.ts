import { AppError } from '../../domain/errors.ts'
import type { Engine } from '../engine.ts'
import type { ServerPlan } from './server-options.ts'
import type { RunningServer } from './start-server.ts'

/** What makes the server end every time will make it end the next time too. */
const maxStarts = 4

export interface Supervised<Server> {
  server: Server
  plan: ServerPlan
}

/** Keeps one llama-server with the model in it: started when it is needed, and again after a crash, but not for ever; more modestly where it does not start. */
export function superviseServer<Server extends Pick<RunningServer, 'process'>>(
  plans: readonly ServerPlan[],
  start: (plan: ServerPlan, signal: AbortSignal) => Promise<Server>,
) {
  const closing = new AbortController()
  const notices: Engine['notices'][number][] = []
  let [starts, current]: [number, Promise<Supervised<Server>> | null] = [0, null]
  let left = [...plans]

  const startSomehow = async (): Promise<Supervised<Server>> => {
    for (;;) {
      const [plan, next] = left
      if (plan === undefined) throw closedError()
      try {
        return { plan, server: await start(plan, closing.signal) }
      } catch (error) {
        if (next === undefined || !(error instanceof AppError) || error.code !== 'ENGINE_FAILED') throw error
        left = left.slice(1)
        notices.push(fallbackNotice(error, { from: plan, to: next }))
      }
    }
  }

  return {
    notices,
    async ready(): Promise<Supervised<Server>> {
      closing.signal.throwIfAborted()
      const before = current
      if (before && (await isUsable(before))) return await before
      // Otherwise whoever else found the server gone has started the next one already.
      if (current === before) {
        if (++starts > maxStarts) throw startsNoMore()
        current = startSomehow()
      }
      return await (current as Promise<Supervised<Server>>)
    },
    async close(): Promise<void> {
      if (!closing.signal.aborted) closing.abort(closedError())
      const running = await current?.catch(() => null)
      await running?.server.process.kill(closedError())
    },
  }
}

const isUsable = (running: Promise<Supervised<Pick<RunningServer, 'process'>>>): Promise<boolean> =>
  running.then(
    ({ server }) => !server.process.ended.aborted,
    () => false,
  )

const closedError = () => new AppError('ENGINE_UNAVAILABLE', 'The engine is closed.')

const startsNoMore = () =>
  new AppError('ENGINE_FAILED', `llama-server ended ${maxStarts} times and is not started again.`, {
    hint: 'Try another model, set engine.gpu to none, or set engine.server to never.',
  })

function fallbackNotice({ message }: AppError, { from, to }: Record<'from' | 'to', ServerPlan>): Engine['notices'][number] {
  if (from.drafts && !to.drafts)
    return { code: 'DRAFTS_UNAVAILABLE', message: `${message} It runs without the model's own drafts.`, hint: 'Update llama-server.' }
  return {
    code: 'GPU_UNAVAILABLE',
    message: `${message} The model runs on the processor.`,
    hint: 'See `agent doctor`, or set engine.gpu to none.',
  }
}
