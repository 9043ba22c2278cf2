import { posix } from 'node:path'
import { globMatcher } from '../domain/glob.ts'

const maxGlobLength = 200
/** Each further one multiplies the time that a long path may take. */
const maxWildcards = 6

/** Which paths a folder and a glob of the model's mean together. A glob without a slash is for names, wherever they are. */
export function pathFilter({ folder, glob }: { folder: string; glob: string }): (path: string) => boolean {
  const under = posix.normalize(folder).replace(/\/$/, '')
  const isBelow = (path: string) => under === '.' || path === under || path.startsWith(`${under}/`)
  if (glob === '') return isBelow
  if (glob.length > maxGlobLength || (glob.match(/\*+/g) ?? []).length > maxWildcards || /[+@!?*]\(/.test(glob))
    throw new Error(
      `The glob ${JSON.stringify(glob.slice(0, maxGlobLength))} is too complicated. Use a simple one, such as "**/*.ts" or "*.{js,ts}".`,
    )
  const plain = glob.replace(/^\.?\//, '')
  const matches = globMatcher(plain.includes('/') ? [plain] : [plain, `**/${plain}`])
  const fromFolder = (path: string) => (under === '.' ? path : path.slice(under.length + 1))
  return (path) => isBelow(path) && (matches(path) || matches(fromFolder(path)))
}
