// Usage: node scripts/build.ts
// Writes dist/: the command, the library and the engine process, bundled so that a start reads a few files instead of
// hundreds (docs/decisions/0002-bundled-cli.md says what that saves), and the declarations of the library.
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { build, type OutputChunk, type RolldownOutput } from 'rolldown'

const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')

const entries: Record<string, string> = { main: 'src/main.ts', index: 'src/index.ts', 'engine-process': 'src/engine/llama/process.ts' }

// Native code, and what loads native code by its place on disk.
const external = [
  /^better-sqlite3(\/|$)/,
  /^node-llama-cpp(\/|$)/,
  /^dockerode(\/|$)/,
  /^@napi-rs\//,
  /^@vscode\/tree-sitter-wasm/,
  /\.node$/,
]

rmSync(dist, { recursive: true, force: true })
const output = await bundle()
copyPrompts()
writeLicenses(output)
chmodSync(join(dist, 'main.js'), 0o755)
declare()

async function bundle(): Promise<RolldownOutput> {
  return build({
    cwd: root,
    input: Object.fromEntries(Object.entries(entries).filter(([, path]) => existsSync(join(root, path)))),
    platform: 'node',
    external,
    plugins: [{ name: 'light-headers', transform: { filter: { id: /[/\\]node_modules[/\\]openai[/\\]/ }, handler: withLightHeaders } }],
    // jsonc-parser's `main` is a UMD file that a bundler cannot follow.
    resolve: { mainFields: ['module', 'main'] },
    // All files lie side by side, so that `new URL('./prompts/x.md', import.meta.url)` means the same in every one of them.
    output: { dir: dist, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js', minify: false, comments: false },
    transform: { target: 'node22.18' },
    logLevel: 'warn',
  })
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
    if (light === code) throw new Error('The event stream of openai has changed: see withLightHeaders in scripts/build.ts.')
    return headers + light
  }
  if (/\/auth\/workload-identity-auth\.m?js$/.test(path)) return `class Response {}\n${code}`
  // Only asked whether a body is one, and ours never are.
  if (/\/openai\/client\.m?js$/.test(path)) return `class FormData {}\n${code}`
  return undefined
}

/** Prompts are read beside the file that asks for them, wherever in `tasks/` they come from: their names are unique. */
function copyPrompts() {
  const prompts = globSync('src/tasks/*/prompts/*.md', { cwd: root })
  mkdirSync(join(dist, 'prompts'), { recursive: true })
  for (const path of prompts) {
    const target = join(dist, 'prompts', basename(path))
    if (existsSync(target)) throw new Error(`Two prompts are called ${basename(path)}.`)
    copyFileSync(join(root, path), target)
  }
}

/** The licences of what was copied into the bundle travel with it. */
function writeLicenses({ output }: RolldownOutput) {
  const chunks = output.filter((file): file is OutputChunk => file.type === 'chunk')
  const folders = new Set(chunks.flatMap(({ moduleIds }) => moduleIds.flatMap((id) => packageFolderOf(id) ?? [])))
  const texts = [...folders].toSorted().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, string>
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
    const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim()
    return `${name} ${version} (${license})\n\n${text}\n`
  })
  writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), texts.join(`\n${'-'.repeat(80)}\n\n`))
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

/** The types of what the library exports, and of what those are made of. */
function declare() {
  if (!existsSync(join(root, 'src/index.ts'))) return
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  })
  process.exitCode = status ?? 1
}
