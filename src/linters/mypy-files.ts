import { posix } from 'node:path'
import { z } from 'zod'
import { isBelow } from '../workspace/project-program.ts'

type ReadText = (path: string) => Promise<string | null>

/** In the order in which mypy looks for them; the first that is about mypy is the only one it reads. */
const configurations: readonly { name: string; read: (text: string) => Promise<readonly string[] | null> | readonly string[] | null }[] = [
  { name: 'mypy.ini', read: filesOfIni },
  { name: '.mypy.ini', read: filesOfIni },
  { name: 'pyproject.toml', read: filesOfToml },
  { name: 'setup.cfg', read: filesOfIni },
]

/**
 * What of the files a project lets mypy look at. Named on the command line, any file is checked, also one that the project itself never
 * does; its complaints would be new to everybody.
 */
export async function checkedByMypy(paths: readonly string[], directory: string, readText: ReadText): Promise<readonly string[]> {
  const files = await configuredFiles(directory, readText)
  if (files.length === 0) return paths
  const roots = files.map((file) => posix.join(directory, withoutPattern(file)))
  return paths.filter((path) => roots.some((root) => path === root || isBelow(path, root)))
}

/** Empty: no choice is made. */
async function configuredFiles(directory: string, readText: ReadText): Promise<readonly string[]> {
  for (const { name, read } of configurations) {
    const text = await readText(posix.join(directory, name))
    const files = text === null ? null : await read(text)
    if (files !== null) return files
  }
  return []
}

/** The folder in front of the first part that is a pattern. */
function withoutPattern(file: string): string {
  const parts = posix
    .normalize(file)
    .split('/')
    .filter((part) => part !== '')
  const pattern = parts.findIndex((part) => /[*?[]/.test(part))
  return (pattern === -1 ? parts : parts.slice(0, pattern)).join('/') || '.'
}

const listed = (text: string) => text.split(/[,\n]/).flatMap((file) => file.trim() || [])

function filesOfIni(text: string): readonly string[] | null {
  const [, section] = /^\[mypy\][^\S\n]*\r?\n((?:(?!\[).*(?:\n|$))*)/m.exec(text) ?? []
  if (section === undefined) return null
  // Indented lines go on with the value.
  const [, value = ''] = /^files[^\S\n]*[=:]((?:.*)(?:\r?\n[^\S\n]+\S.*)*)/m.exec(section) ?? []
  return listed(value)
}

const pyprojectSchema = z.object({ tool: z.object({ mypy: z.object({ files: z.union([z.string(), z.array(z.string())]).optional() }) }) })

async function filesOfToml(text: string): Promise<readonly string[] | null> {
  const { parse } = await import('smol-toml')
  try {
    const { data } = pyprojectSchema.safeParse(parse(text))
    if (!data) return null
    const { files = [] } = data.tool.mypy
    return typeof files === 'string' ? listed(files) : files
  } catch {
    return null
  }
}
