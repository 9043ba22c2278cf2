import { relative } from 'node:path/posix'
import { z } from 'zod'
import { globMatcher } from '../../../domain/glob.ts'
import type { CheckContext } from './check.ts'

const globs = z.array(z.string()).catch([])
const nodeRoot = z.object({
  workspaces: z.union([z.array(z.string()), z.object({ packages: globs }).transform(({ packages }) => packages)]).catch([]),
})
const pnpmRoot = z.object({ packages: globs })
const members = z.object({ members: globs, exclude: globs })
const cargoRoot = z.object({ workspace: members })
const pythonRoot = z.object({ tool: z.object({ uv: z.object({ workspace: members }) }) })

interface Candidate {
  /** Folder of the manifest. */
  folder: string
  /** Folder further up that has a lock file. */
  root: string
  /** Name of the manifest. */
  name: string
}

/** Whether the manifest of a folder belongs to the workspace that is declared further up: only then its packages are in that lock file. */
export async function isMember({ folder, root, name }: Candidate, context: CheckContext): Promise<boolean> {
  const read = (file: string) => context.readNew(root === '.' ? file : `${root}/${file}`)
  const patterns = await patternsOf(name, read)
  const path = relative(root, folder)
  const clean = patterns.map((pattern) => pattern.replace(/^(!?)\.\//, '$1').replace(/\/$/, ''))
  const excluded = clean.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1))
  return globMatcher(clean.filter((pattern) => !pattern.startsWith('!')))(path) && !globMatcher(excluded)(path)
}

type ReadFile = (file: string) => Promise<string | null>

/** Globs of the members, in the form of npm: an exclusion begins with `!`. */
async function patternsOf(name: string, read: ReadFile): Promise<string[]> {
  const text = (await read(name)) ?? ''
  if (name === 'package.json') {
    const { data } = nodeRoot.safeParse(parsed(text, JSON.parse))
    return [...(data?.workspaces ?? []), ...(await pnpmWorkspaces(read))]
  }
  const { parse } = await import('smol-toml')
  const manifest = parsed(text, parse)
  const declared =
    name === 'Cargo.toml' ? cargoRoot.safeParse(manifest).data?.workspace : pythonRoot.safeParse(manifest).data?.tool.uv.workspace
  return [...(declared?.members ?? []), ...(declared?.exclude ?? []).map((pattern) => `!${pattern}`)]
}

async function pnpmWorkspaces(read: ReadFile): Promise<string[]> {
  const text = await read('pnpm-workspace.yaml')
  if (text === null) return []
  const { parse } = await import('yaml')
  return pnpmRoot.safeParse(parsed(text, parse)).data?.packages ?? []
}

/** What does not parse declares nothing; the syntax check tells about it. */
function parsed(text: string, parse: (text: string) => unknown): unknown {
  try {
    return parse(text)
  } catch {
    return null
  }
}
