import { randomUUID } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '../domain/errors.ts'

/** Writes a file so that it is there whole or as it was before, whatever happens in between. */
export async function writeFileWhole(path: string, text: string): Promise<void> {
  const draft = join(dirname(path), `.${randomUUID()}.agent`)
  try {
    await writeFile(draft, text, { flag: 'wx' })
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw new AppError('OUTPUT_UNWRITABLE', `${path} cannot be written (${(error as NodeJS.ErrnoException).code}).`, { cause: error })
  }
}
