import { AppError } from '../../domain/errors.ts'

/** What a user may write where a model is expected. */
export type ModelReference =
  | { kind: 'id'; id: string }
  | { kind: 'path'; path: string }
  | { kind: 'hub'; repository: string; revision: string; quant: string | null; file: string | null }

const hubPrefix = 'hf:'
const part = '[A-Za-z0-9][A-Za-z0-9._-]*'
const hubPattern = new RegExp(`^(${part}/${part})(?::([A-Za-z0-9_.-]+))?(?:/([^#]+))?(?:#([A-Za-z0-9][A-Za-z0-9._/-]*))?$`)

/** Tells an id, a path and `hf:user/repo[:quant][/file][#revision]` apart. */
export function parseModelReference(text: string): ModelReference {
  if (text.startsWith(hubPrefix)) return parseHubReference(text)
  if (/[/\\]/.test(text) || /\.gguf$/i.test(text) || text.startsWith('.')) return { kind: 'path', path: text }
  return { kind: 'id', id: text }
}

function parseHubReference(text: string): ModelReference {
  const [, repository, quant = null, file = null, revision = 'main'] = hubPattern.exec(text.slice(hubPrefix.length)) ?? []
  if (repository === undefined || repository.includes('..') || !isRepositoryPath(revision) || (file !== null && !isRepositoryPath(file))) {
    throw new AppError('MODEL_UNKNOWN', `${JSON.stringify(text)} names no model on the hub.`, {
      hint: 'Write it as `hf:user/repository`, `hf:user/repository:Q4_K_M` or `hf:user/repository/file.gguf`.',
    })
  }
  return { kind: 'hub', repository, revision, quant, file }
}

/** A path inside a repository: relative, without empty, `.` or `..` segments, backslashes or control characters. */
export function isRepositoryPath(path: string): boolean {
  return (
    path.length <= 1024 &&
    !/[\\\p{Cc}\p{Cf}]/u.test(path) &&
    path.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..')
  )
}
