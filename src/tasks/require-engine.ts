import { AppError } from '../domain/errors.ts'
import type { Engine } from '../engine/engine.ts'
import type { TaskContext } from './task.ts'

/** The open engine, for a task that can do nothing without one. Throws `MODEL_MISSING`. */
export async function requireEngine({ engine, budget, emit }: TaskContext): Promise<Engine> {
  if (!engine)
    throw new AppError('MODEL_MISSING', 'There is no model that could do this.', {
      hint: 'Name an endpoint with --base-url, or get a model with `agent models pull`.',
    })
  emit({ type: 'engine-open', kind: engine.kind, model: engine.model ?? 'the model' })
  return engine.open(budget.signal)
}
