// Usage: node scripts/build.ts
// Writes dist/: the command, the library and the engine process, bundled so that a start reads a few files instead of
// hundreds (docs/decisions/0002-bundled-cli.md says what that saves), and the declarations of the library.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type RolldownOutput } from 'rolldown'
import { bundledPackages, copyPrompts, licensesOf, lightHeaders, resolve, root } from './bundling.ts'
import { fewerChunks } from './chunks.ts'

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

removeOldBuild()
const output = await bundle()
copyPrompts(dist)
writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), licensesOf(bundledPackages(output)))
chmodSync(join(dist, 'main.js'), 0o755)
declare()

/** All but the Action, which is committed and has a build of its own. */
function removeOldBuild() {
  mkdirSync(dist, { recursive: true })
  for (const entry of readdirSync(dist)) if (entry !== 'action') rmSync(join(dist, entry), { recursive: true })
}

async function bundle(): Promise<RolldownOutput> {
  const chunks = fewerChunks()
  return build({
    cwd: root,
    input: Object.fromEntries(Object.entries(entries).filter(([, path]) => existsSync(join(root, path)))),
    platform: 'node',
    external,
    plugins: [lightHeaders, chunks.plugin],
    // Nobody imports an entry but Node and users of the library, whose names stay as they are.
    preserveEntrySignatures: 'allow-extension',
    resolve,
    // All files lie side by side, so that `new URL('./prompts/x.md', import.meta.url)` means the same in every one of them.
    output: {
      dir: dist,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
      minify: false,
      comments: false,
      ...chunks.output,
    },
    transform: { target: 'node22.18' },
    logLevel: 'warn',
  })
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
