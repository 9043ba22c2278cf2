import { posix } from 'node:path'
import { AppError } from '../domain/errors.ts'

/** The path in its shortest form. Throws for one that leaves the root or enters a git directory. */
export function checkedPath(path: string): string {
  const normal = posix.normalize(path).replace(/\/$/, '')
  const segments = normal.split('/')
  if (path === '' || path.includes('\0') || posix.isAbsolute(normal) || segments[0] === '..') {
    throw new AppError('PATH_OUTSIDE_WORKSPACE', `${JSON.stringify(path)} is not a path inside the repository.`, {
      hint: 'Give a path relative to the top of the repository.',
    })
  }
  // In any case of letters, since some file systems do not tell them apart.
  if (segments.some((segment) => segment.toLowerCase() === '.git')) throw gitDirectoryRefused(path)
  return normal
}

export function gitDirectoryRefused(path: string): AppError {
  return new AppError('PATH_OUTSIDE_WORKSPACE', `${JSON.stringify(path)} lies in a git directory, which is not part of the working tree.`)
}
