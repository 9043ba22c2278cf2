import { AppError } from '../../domain/errors.ts'

/** Size and checksum of a file's content, as far as they are published. */
export interface Published {
  bytes: number | null
  sha256: string | null
}

/** One file of one state of a repository. */
export interface FileLocation {
  repository: string
  revision: string
  path: string
}

/** How what is offered differs from what was wanted; null where it does not, or where one of them does not say. */
export function disagreement(wanted: Published, offered: Published): string | null {
  if (wanted.bytes !== null && offered.bytes !== null && wanted.bytes !== offered.bytes) {
    return `it has ${offered.bytes} bytes instead of ${wanted.bytes}`
  }
  if (wanted.sha256 !== null && offered.sha256 !== null && wanted.sha256 !== offered.sha256) {
    return `its SHA-256 is ${offered.sha256} instead of ${wanted.sha256}`
  }
  return null
}

/** The error for a hub that offers something else than what was asked for. */
export function anotherFile(endpoint: string, { repository, path }: Pick<FileLocation, 'repository' | 'path'>, why: string): AppError {
  return new AppError('MODEL_INVALID', `${endpoint} offers another ${repository}/${path} than the one that was asked for: ${why}.`, {
    hint: 'The repository has changed, or something in between answers in its place. Look at its page before you use it.',
  })
}
