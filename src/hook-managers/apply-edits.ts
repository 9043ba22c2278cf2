import { chmod, mkdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { writeFileWhole } from '../system/write-file-whole.ts'
import type { FileEdit } from './hook-manager.ts'

/** Carries out a plan, step by step; each file is there whole, or as it was. */
export async function applyEdits(edits: readonly FileEdit[]): Promise<void> {
  for (const edit of edits) {
    if (edit.kind === 'remove') await rm(edit.path)
    else if (edit.kind === 'move') await rename(edit.path, edit.to)
    else {
      await mkdir(dirname(edit.path), { recursive: true })
      await writeFileWhole(edit.path, edit.bytes)
      await chmod(edit.path, edit.mode)
    }
  }
}
