import type { EngineHandle } from '../engine.ts'
import type { LocalOptions } from './local-options.ts'
import { readModelName } from './model-name.ts'

/** A model on this machine that costs nothing until it is opened: then the engine process starts and loads it. */
export function localHandle(options: LocalOptions): EngineHandle {
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
