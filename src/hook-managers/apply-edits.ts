import { chmod, mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../domain/errors.ts'
import { writeFileWhole } from '../system/write-file-whole.ts'
import type { FileEdit } from './hook-manager.ts'
import { type Place, shownPath } from './place.ts'

type TakeBack = () => Promise<void>

/** Carries out a plan, or nothing of it: what cannot be written takes back what was done before. Each file is there whole, or as it was. */
export async function applyEdits(place: Place, edits: readonly FileEdit[]): Promise<void> {
  const done: TakeBack[] = []
  for (const edit of edits) {
    try {
      done.unshift(await takeBackOf(edit))
      await carryOut(edit)
    } catch (error) {
      for (const takeBack of done) await takeBack().catch(() => {})
      throw unwritable(shownPath(place, edit.path), error)
    }
  }
}

async function carryOut(edit: FileEdit): Promise<void> {
  if (edit.kind === 'remove') return rm(edit.path)
  if (edit.kind === 'move') return rename(edit.path, edit.to)
  await mkdir(dirname(edit.path), { recursive: true })
  await writeFileWhole(edit.path, edit.bytes)
  await chmod(edit.path, edit.mode)
}

async function takeBackOf(edit: FileEdit): Promise<TakeBack> {
  if (edit.kind === 'move') return () => rename(edit.to, edit.path)
  const stats = await stat(edit.path).catch(() => null)
  if (stats === null) return () => rm(edit.path, { force: true })
  const before: FileEdit = { kind: 'write', path: edit.path, bytes: await readFile(edit.path), mode: stats.mode & 0o777 }
  return () => carryOut(before)
}

function unwritable(path: string, error: unknown): AppError {
  const { cause } = error instanceof AppError ? error : { cause: error }
  const { code = 'unknown' } = cause as NodeJS.ErrnoException
  return new AppError('HOOKS_CONFLICT', `${path} cannot be changed (${code}), so nothing was.`, {
    cause: error,
    hint: 'See who owns it and its folder, and whether they can be written to.',
  })
}
