import type { z } from 'zod'
import { AppError } from '../../domain/errors.ts'
import { type FromProcess, fromProcessSchema, type ToProcess } from './messages.ts'

type WithoutId<Message> = Message extends { id: number } ? Omit<Message, 'id'> : never
export type ProcessRequest = WithoutId<Exclude<ToProcess, { type: 'abort' }>>

export interface CallOptions<Value> {
  /** What a good answer looks like. */
  result: z.ZodType<Value>
  signal?: AbortSignal
  onTurn?: () => void
  onText?: (delta: string) => void
}

interface LineOptions {
  send: (message: ToProcess) => void
  /** Whether anyone waits for an answer. */
  onWaiting: (isWaited: boolean) => void
  /** A request that was given up did not end either. */
  onHang: () => void
  /** A slice of a prompt may take seconds: whoever does not answer to an abort for so long hangs. */
  patienceMs?: number
}

interface Call {
  receive: (message: FromProcess) => void
  fail: (error: unknown) => void
}

/** The program's end of the line to an engine process: many requests at once, each ending once. */
export function createLine({ send, onWaiting, onHang, patienceMs = 60_000 }: LineOptions) {
  const calls = new Map<number, Call>()
  const givenUp = new Map<number, NodeJS.Timeout>()
  let [nextId, broken]: [number, AppError | null] = [0, null]

  const giveUp = (id: number) => {
    if (broken) return
    givenUp.set(id, setTimeout(onHang, patienceMs).unref())
    send({ type: 'abort', id })
  }

  return {
    /** Rejects with the signal's reason as soon as it is aborted, and with what `fail` was told when the line breaks first. */
    async call<Value>(request: ProcessRequest, options: CallOptions<Value>): Promise<Value> {
      const { signal } = options
      signal?.throwIfAborted()
      if (broken) throw broken
      const id = nextId++
      return await new Promise<Value>((resolve, reject) => {
        const leave = () => {
          calls.delete(id)
          signal?.removeEventListener('abort', abort)
          onWaiting(calls.size > 0)
        }
        const fail = (error: unknown) => {
          leave()
          reject(error as Error)
        }
        const abort = () => {
          fail(signal?.reason)
          giveUp(id)
        }
        const done = (value: Value) => {
          leave()
          resolve(value)
        }
        calls.set(id, { fail, receive: receiver(options, { done, fail, giveUp: () => giveUp(id) }) })
        signal?.addEventListener('abort', abort, { once: true })
        onWaiting(true)
        send({ ...request, id })
      })
    },

    receive(raw: unknown): void {
      const message = fromProcessSchema.parse(raw)
      calls.get(message.id)?.receive(message)
      if (message.type !== 'done' && message.type !== 'failed') return
      clearTimeout(givenUp.get(message.id))
      givenUp.delete(message.id)
    },

    /** Ends everything that is waited for, and whatever is asked from now on. */
    fail(error: AppError): void {
      broken ??= error
      for (const timeout of givenUp.values()) clearTimeout(timeout)
      for (const { fail } of calls.values()) fail(error)
    },

    isBroken: () => broken !== null,
  }
}

interface Ending<Value> {
  done: (value: Value) => void
  fail: (error: unknown) => void
  giveUp: () => void
}

function receiver<Value>({ result, onTurn, onText }: CallOptions<Value>, { done, fail, giveUp }: Ending<Value>): Call['receive'] {
  return (message) => {
    try {
      if (message.type === 'turn') onTurn?.()
      else if (message.type === 'text') onText?.(message.delta)
      else if (message.type === 'done') done(result.parse(message.value))
      else fail(new AppError(message.code, message.message, message.hint === null ? {} : { hint: message.hint }))
    } catch (error) {
      // A listener of the caller's threw: nobody wants the rest.
      fail(error)
      giveUp()
    }
  }
}
