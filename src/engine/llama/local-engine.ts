import type { EngineHandle } from '../engine.ts'
import type { LocalOptions } from './local-options.ts'
import { readModelName } from './model-name.ts'
import type { LocalEngine } from './open-local-engine.ts'

/** A handle whose engine also says what it computes on. */
export interface LocalHandle extends EngineHandle {
  open(signal: AbortSignal): Promise<LocalEngine>
}

/** A model on this machine that costs nothing until it is opened: then the engine process starts and loads it. */
export function localHandle(options: LocalOptions): LocalHandle {
  const model = options.name ?? readModelName(options.modelPath)
  return {
    kind: 'local',
    model,
    digest: options.digest,
    async open(signal) {
      const { openLocalEngine } = await import('./open-local-engine.ts')
      return openLocalEngine(options, { model, signal })
    },
  }
}
