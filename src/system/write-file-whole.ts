import { randomUUID } from 'node:crypto'
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '../domain/errors.ts'

/** Writes a file so that it is there whole or as it was before, whatever happens in between. A link is followed, a device or pipe written to. */
export async function writeFileWhole(path: string, content: string | Uint8Array): Promise<void> {
  const target = await realpath(path).catch(() => path)
  const draft = join(dirname(target), `.${randomUUID()}.agent`)
  try {
    const there = await stat(target).catch(() => undefined)
    // Renaming over /dev/null would replace the device for everybody.
    if (there && !there.isFile()) return await writeFile(target, content)
    await writeFile(draft, content, { flag: 'wx' })
    await rename(draft, target)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {})
    throw new AppError('OUTPUT_UNWRITABLE', `${path} cannot be written (${(error as NodeJS.ErrnoException).code}).`, {
      cause: error,
      hint: 'Name a file in a folder that can be written to.',
    })
  }
}
