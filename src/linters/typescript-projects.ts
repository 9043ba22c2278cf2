import { posix } from 'node:path'
import { parse } from 'jsonc-parser'
import { z } from 'zod'
import type { LintRequest } from './linter.ts'

const configSchema = z.object({
  files: z.array(z.unknown()).optional(),
  include: z.array(z.unknown()).optional(),
  references: z.array(z.object({ path: z.string() })).optional(),
})

const maxProjects = 50

/**
 * The configurations, relative to the root, that may hold the files asked for: the one of the folder, or those it refers to when it holds no file
 * itself (`"files": []`). The ones of other folders are left out; files that lie there belong to them. Null where there is none.
 */
export async function typescriptProjects(directory: string, request: LintRequest): Promise<string[] | null> {
  const first = posix.join(directory, 'tsconfig.json')
  if ((await request.readText(first)) === null) return null
  const [found, waiting, seen] = [new Set<string>(), [first], new Set<string>()]
  for (let path = waiting.pop(); path !== undefined && seen.size < maxProjects; path = waiting.pop()) {
    if (seen.has(path)) continue
    seen.add(path)
    const references = await referencesOfSolution(path, request)
    if (references === null) found.add(path)
    else waiting.push(...references.filter((reference) => mayHold(reference, request.paths)))
  }
  return [...found].toSorted()
}

/** Null for a configuration that holds files itself, or that cannot be read here: the compiler has the last word. */
async function referencesOfSolution(path: string, { readText }: LintRequest): Promise<string[] | null> {
  const config = configSchema.safeParse(parse((await readText(path)) ?? '', [], { allowTrailingComma: true }))
  if (!config.success) return null
  const { files, include, references = [] } = config.data
  if (references.length === 0 || files?.length !== 0 || include !== undefined) return null
  return references.map((reference) => {
    const target = posix.join(posix.dirname(path), reference.path)
    return target.endsWith('.json') ? target : posix.join(target, 'tsconfig.json')
  })
}

function mayHold(config: string, paths: readonly string[]): boolean {
  const folder = posix.dirname(config)
  if (folder.split('/')[0] === '..') return false
  return folder === '.' || paths.some((path) => path.startsWith(`${folder}/`))
}
