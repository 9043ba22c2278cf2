import { posix } from 'node:path'
import { z } from 'zod'
import type { FileFacts } from './facts.ts'

const manifestSchema = z.object({ name: z.string(), version: z.string(), private: z.literal(false).optional() })
/** Files through which others use a package, by the conventions of JavaScript and TypeScript. */
const entry = /(?:^|\/)index\.(?:[cm]?[jt]sx?|d\.ts)$/
const maxNames = 3

/** A file as the change leaves it; null where there is none. */
type ReadNew = (path: string) => Promise<string | null>

/**
 * What the change takes away from those who use a published package: names that its entry does not export any more. Null where nothing
 * proves it; a model is not asked, because a release tool makes a new major version of the answer.
 */
export async function breakingEvidence(files: readonly FileFacts[], readNew: ReadNew): Promise<string | null> {
  for (const { file, removedExports } of files) {
    const path = file.oldPath ?? file.path
    if (!entry.test(path) || removedExports.length === 0 || !(await isPublished(path, readNew))) continue
    const text = file.status === 'deleted' ? '' : ((await readNew(file.path)) ?? '')
    const gone = removedExports.filter((name) => !mentions(text, name))
    if (gone.length === 0) continue
    const more = gone.length > maxNames ? ` and ${gone.length - maxNames} more` : ''
    return `${gone.slice(0, maxNames).join(', ')}${more} ${gone.length === 1 ? 'is' : 'are'} no longer exported by ${path}`
  }
  return null
}

/** A name that moved to another file is exported from there. */
const mentions = (text: string, name: string) => text.includes('export * from') || text.split(/[^\w$]+/).includes(name)

/** Whether the nearest manifest is of a package that others can install. */
async function isPublished(path: string, readNew: ReadNew): Promise<boolean> {
  let folder = posix.dirname(path)
  for (;;) {
    const text = await readNew(posix.join(folder, 'package.json'))
    if (text !== null) return manifestSchema.safeParse(parsed(text)).success
    if (folder === '.') return false
    folder = posix.dirname(folder)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
