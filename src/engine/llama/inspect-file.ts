import { AppError } from '../../domain/errors.ts'
import { inspectGguf } from '../models/inspect-gguf.ts'

/** Looks whether a file can be a model before a process is started for it. */
export async function inspectFile(path: string): Promise<void> {
  try {
    await inspectGguf(path)
  } catch (error) {
    if (error instanceof AppError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT')
      throw new AppError('MODEL_MISSING', `There is no model file ${path}.`, {
        hint: 'See `agent models list`, and `agent models pull <model>` gets one.',
        cause: error,
      })
    throw new AppError('MODEL_INVALID', `The model file ${path} cannot be read: ${message}.`, {
      hint: 'Name a GGUF file that you may read.',
      cause: error,
    })
  }
}
