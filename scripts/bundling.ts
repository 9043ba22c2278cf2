// What both bundles share: the command and the library (build.ts), and the GitHub Action (build-action.ts).
import { copyFileSync, existsSync, globSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { OutputChunk, Plugin, RolldownOutput } from 'rolldown'

export const root = join(import.meta.dirname, '..')

/** jsonc-parser's `main` is a UMD file that a bundler cannot follow. */
export const resolve = { mainFields: ['module', 'main'] }

export const lightHeaders: Plugin = {
  name: 'light-headers',
  transform: { filter: { id: /[/\\]node_modules[/\\]openai[/\\]/ }, handler: withLightHeaders },
}

/**
 * Naming `Headers`, `Response` or `FormData`, or asking for their descriptors, loads Node's own `fetch`, 25 ms before the first request.
 * Our transport needs none of them to send one, and the library only to collect names and values, and for what we do not use.
 */
function withLightHeaders(code: string, id: string): string | undefined {
  const path = id.replaceAll('\\', '/')
  const headers = `import { RequestHeaders as Headers } from ${JSON.stringify(join(root, 'src/engine/openai/request-headers.ts'))}\n`
  if (/\/internal\/headers\.m?js$/.test(path)) return headers + code
  if (/\/lib\/EventStream\.m?js$/.test(path)) {
    const light = code.replace('Object.getOwnPropertyDescriptor(globalThis, name)', "(name === 'Headers' ? undefined : $&)")
    if (light === code) throw new Error('The event stream of openai has changed: see withLightHeaders in scripts/bundling.ts.')
    return headers + light
  }
  if (/\/auth\/workload-identity-auth\.m?js$/.test(path)) return `class Response {}\n${code}`
  // Only asked whether a body is one, and ours never are.
  if (/\/openai\/client\.m?js$/.test(path)) return `class FormData {}\n${code}`
  return undefined
}

/** Prompts are read beside the file that asks for them, wherever in `tasks/` they come from: their names are unique. */
export function copyPrompts(folder: string): void {
  const prompts = globSync('src/tasks/*/prompts/*.md', { cwd: root })
  mkdirSync(join(folder, 'prompts'), { recursive: true })
  for (const path of prompts) {
    const target = join(folder, 'prompts', basename(path))
    if (existsSync(target)) throw new Error(`Two prompts are called ${basename(path)}.`)
    copyFileSync(join(root, path), target)
  }
}

/** The folders of the packages of which something was copied into a bundle. */
export function bundledPackages({ output }: RolldownOutput): string[] {
  const chunks = output.filter((file): file is OutputChunk => file.type === 'chunk')
  return [...new Set(chunks.flatMap(({ moduleIds }) => moduleIds.flatMap((id) => packageFolderOf(id) ?? [])))]
}

interface Manifest {
  name: string
  version: string
  license?: string
  /** As packages of long ago write it. */
  licenses?: readonly { type: string }[]
}

/** The licences of what was copied travel with it. */
export function licensesOf(folders: Iterable<string>): string {
  const texts = [...new Set(folders)].toSorted().map((folder) => {
    const { name, version, license, licenses } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
    const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim()
    return `${name} ${version} (${license ?? licenses?.map(({ type }) => type).join(', ')})\n\n${text}\n`
  })
  return texts.join(`\n${'-'.repeat(80)}\n\n`)
}

/** The folder of the npm package that a module belongs to. */
function packageFolderOf(id: string): string | undefined {
  if (!id.includes('/node_modules/')) return undefined
  for (let folder = dirname(id); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest) && 'version' in JSON.parse(readFileSync(manifest, 'utf8'))) return folder
  }
  return undefined
}
