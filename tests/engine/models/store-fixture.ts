import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ModelStore, type ModelStoreOptions, openModelStore } from '../../../src/engine/models/model-store.ts'
import type { TransferEvent } from '../../../src/engine/models/transfer.ts'
import type { FakeHub } from './fake-hub.ts'

export interface TemporaryStore extends Disposable {
  readonly base: string
  readonly directory: string
  readonly store: ModelStore
  readonly events: TransferEvent[]
  /** Options of a transfer that remembers its events. */
  transfer(signal?: AbortSignal): { signal: AbortSignal; onProgress: (event: TransferEvent) => void }
  /** A second store over the same directory, as another process would open it. */
  reopen(options?: Partial<ModelStoreOptions>): ModelStore
}

/** A model store in a fresh directory that talks to the given hub. */
export function temporaryStore({
  endpoint = 'http://127.0.0.1:9',
  behaviour,
  idleMs = 20_000,
  ...more
}: Partial<ModelStoreOptions> & { endpoint?: string; behaviour?: FakeHub['behaviour']; idleMs?: number } = {}): TemporaryStore {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'agent-models-')))
  const directory = join(base, 'models')
  const events: TransferEvent[] = []
  if (behaviour !== undefined) {
    behaviour.received = () => {
      const last = events.findLast(({ type }) => type === 'progress')
      return last?.type === 'progress' ? last.doneBytes : 0
    }
  }
  const reopen = (options: Partial<ModelStoreOptions> = {}) =>
    openModelStore({
      directory,
      cwd: base,
      hub: { endpoint, token: null, offline: false, deadlines: { answerMs: 20_000, idleMs } },
      catalogue: [],
      retryPauseMs: 5,
      ...more,
      ...options,
    })
  return {
    base,
    directory,
    events,
    store: reopen(),
    reopen,
    transfer: (signal = new AbortController().signal) => ({ signal, onProgress: (event) => events.push(event) }),
    [Symbol.dispose]: () => rmSync(base, { recursive: true, force: true }),
  }
}

/** What happened besides progress. */
export function noteworthy(events: readonly TransferEvent[]): TransferEvent[] {
  return events.filter(({ type }) => type !== 'progress')
}
