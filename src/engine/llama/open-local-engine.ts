import { z } from 'zod'
import type { Engine } from '../engine.ts'
import { converse, promptOf } from './converse.ts'
import { inspectFile } from './inspect-file.ts'
import { defaultLocalDeadlines, type LocalOptions } from './local-options.ts'
import type { Backend } from './messages.ts'
import { orAborted } from './or-aborted.ts'
import { superviseProcess } from './supervise.ts'

export interface LocalEngine extends Engine {
  /** What computes, and on which GPUs. */
  readonly backend: Backend
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
      return [...supervisor.notices, ...opened.notices]
    },
    countTokens: async (text) => (await ready()).call({ type: 'count', text }, { result: countSchema }),
    async generate(request) {
      request.signal.throwIfAborted()
      const prompt = promptOf(request, opened)
      return await converse(prompt, { request, deadlines, process: await ready(request.signal) })
    },
    close: () => supervisor.close(),
  }
}
