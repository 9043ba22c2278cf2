import { existsSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { AppError } from '../domain/errors.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The folder to work in: the workspace of the job, or one below it. */
export async function workingDirectory(wanted: string | undefined, { GITHUB_WORKSPACE }: Environment): Promise<string> {
  if (!GITHUB_WORKSPACE)
    throw new AppError('USAGE_INVALID', 'GITHUB_WORKSPACE is not set.', {
      hint: 'Run this as a step of a workflow, after actions/checkout.',
    })
  const top = await existing(GITHUB_WORKSPACE, 'Put a step with actions/checkout before this one.')
  if (wanted === undefined) return top
  const folder = await existing(resolve(top, wanted), 'Correct the input working-directory.')
  if (isInside(top, folder)) return folder
  throw new AppError('USAGE_INVALID', `The input working-directory is ${wanted}, which lies outside of the workspace.`, {
    hint: 'Name a folder of the checkout.',
  })
}

/** Where a report goes. A change may hold a link where the folder of a report should be, and nobody meant what that points to. */
export async function reportPlace(wanted: string, directory: string): Promise<string> {
  const file = resolve(directory, wanted)
  if (isAbsolute(wanted)) return file
  let folder = dirname(file)
  while (!existsSync(folder)) folder = dirname(folder)
  if (isInside(directory, await realpath(folder))) return file
  throw new AppError('USAGE_INVALID', `The input sarif-file is ${wanted}, which leads out of ${directory}.`, {
    hint: 'Name a file below working-directory, or give its absolute path.',
  })
}

function isInside(top: string, place: string): boolean {
  const inside = relative(top, place)
  return inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside)
}

async function existing(folder: string, hint: string): Promise<string> {
  return realpath(folder).catch((cause: unknown) => {
    throw new AppError('USAGE_INVALID', `${folder} does not exist.`, { cause, hint })
  })
}
