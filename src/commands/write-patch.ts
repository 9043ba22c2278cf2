import { resolve } from 'node:path'
import { writeFileWhole } from '../system/write-file-whole.ts'
import type { TaskSession } from './task-session.ts'

/** `--patch-out`, byte for byte: what a report makes text of no longer applies where a file is not UTF-8. */
export async function writePatch(patch: Uint8Array, file: string | undefined, { settings }: TaskSession): Promise<void> {
  if (file !== undefined) await writeFileWhole(resolve(settings.globals.directory, file), patch)
}
