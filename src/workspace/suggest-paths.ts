import { posix } from 'node:path'
import { closest } from '../domain/closest.ts'
import { quotedName } from './path-policy.ts'

const maxCompared = 5000
const maxSuggested = 3

/** The end of a message about a path that does not exist: files that may have been meant. Empty where none is close. */
export function suggestPaths(path: string, files: readonly string[]): string {
  const name = posix.basename(path).toLowerCase()
  const sameName = files.filter((file) => posix.basename(file).toLowerCase() === name)
  const found = sameName.length > 0 ? sameName : similar(path, files)
  return found.length === 0 ? '' : ` Did you mean ${found.slice(0, maxSuggested).map(quotedName).join(' or ')}?`
}

/** Comparing is slow, so a large tree is compared only where the file should have been. */
function similar(path: string, files: readonly string[]): string[] {
  const folder = posix.dirname(posix.normalize(path))
  const beside = files.filter((file) => posix.dirname(file) === folder)
  const candidates = [beside, files].filter((list) => list.length <= maxCompared)
  return candidates
    .map((list) => closest(path, list))
    .filter((found) => found !== undefined)
    .slice(0, 1)
}
