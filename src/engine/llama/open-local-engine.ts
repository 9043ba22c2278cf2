import { z } from 'zod'
import type { Engine } from '../engine.ts'
import { converse, promptOf } from './converse.ts'
import { inspectFile } from './inspect-file.ts'
import { defaultLocalDeadlines, type LocalOptions } from './local-options.ts'
import { type Backend, type Counters, countersSchema } from './messages.ts'
import { orAborted } from './or-aborted.ts'
import { superviseProcess } from './supervise.ts'

export interface LocalEngine extends Engine {
  /** What computes, and on which GPUs. */
  readonly backend: Backend
  /** What the engine process did since it started. */
  counters(): Promise<Counters>
}

const countSchema = z.int().nonnegative()

/** A model on this machine, in a process of its own that is started here and ends with `close`. */
export async function openLocalEngine(
  options: LocalOptions,
  { model, signal }: { model: string; signal: AbortSignal },
): Promise<LocalEngine> {
  signal.throwIfAborted()
  await inspectFile(options.modelPath)
  const deadlines = options.deadlines ?? defaultLocalDeadlines
  const supervisor = superviseProcess(options, deadlines.openMs)
  let { opened } = await orAborted(supervisor.ready(), signal).catch(async (error: unknown) => {
    await supervisor.close()
    throw error
  })
  let wereTogether = false
  const ready = async (waiter?: AbortSignal) => {
    const running = await orAborted(supervisor.ready(), waiter)
    opened = running.opened
    return running.process
  }
  return {
    kind: 'local',
    model,
    digest: options.digest,
    get backend() {
      return opened.backend
    },
    get offersTools() {
      return opened.offersTools
    },
    get contextTokens() {
      return opened.contextTokens
    },
    get parallel() {
      return opened.parallel
    },
    get notices() {
      return [...supervisor.notices, ...opened.notices, ...(wereTogether ? [notRepeatable] : [])]
    },
    countTokens: async (text) => (await ready()).call({ type: 'count', text }, { result: countSchema }),
    counters: async () => (await ready()).call({ type: 'counters' }, { result: countersSchema }),
    async generate(request) {
      request.signal.throwIfAborted()
      const prompt = promptOf(request, opened)
      const { inCompany, ...generation } = await converse(prompt, { request, deadlines, process: await ready(request.signal) })
      wereTogether ||= inCompany
      return generation
    },
    close: () => supervisor.close(),
  }
}

/** Measured: what a processor computes for a token alone differs in the last digits from what it computes for it among others, and a GPU has more such steps. */
const notRepeatable = {
  code: 'ANSWERS_NOT_REPEATABLE',
  message: 'Several answers were computed at once, which changes their numbers a little: a second run may word some of them differently.',
  hint: 'With --jobs 1 the same input always gives the same answers.',
}
