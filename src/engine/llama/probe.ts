import { AppError } from '../../domain/errors.ts'
import { startEngineProcess } from './engine-process.ts'
import { type Backend, backendSchema } from './messages.ts'

export interface ProbeOptions {
  /** Of the calling process. */
  environment: Readonly<Record<string, string | undefined>>
  signal: AbortSignal
}

/** Which backend the native library starts with on this machine, and on which GPUs. Throws `ENGINE_UNAVAILABLE` where none works or the library is missing. */
export async function probeBackends({ environment, signal }: ProbeOptions): Promise<Backend> {
  const process = startEngineProcess(environment)
  try {
    return await process.call({ type: 'probe' }, { result: backendSchema, signal })
  } finally {
    await process.kill(new AppError('ENGINE_UNAVAILABLE', 'The probe is over.'))
  }
}
