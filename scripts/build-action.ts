// Usage: node scripts/build-action.ts [folder]
// Writes dist/action/, which is committed because a runner starts an Action as it finds it: without an install. The same sources give the
// same bytes on every machine, so that a test can say whether the folder is current.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, resolve as absolute } from 'node:path'
import { build, type Plugin, type RolldownOutput } from 'rolldown'
import { languages } from '../src/syntax/language.ts'
import { bundledPackages, copyPrompts, licensesOf, lightHeaders, resolve, root } from './bundling.ts'

const folder = absolute(process.argv[2] ?? join(root, 'dist/action'))
const treeSitter = dirname(createRequire(import.meta.url).resolve('@vscode/tree-sitter-wasm/package.json'))

/** Packages with native code come from a folder of the machine (src/action/native.ts). */
const nativePlaces: Plugin = {
  name: 'native-places',
  resolveId: { filter: { id: /^better-sqlite3$/ }, handler: () => '\0native-sqlite' },
  load: {
    filter: { id: /^\0native-sqlite$/ },
    handler: () => `${importing('requireNative')}export default requireNative('better-sqlite3', process.env)\n`,
  },
  transform: {
    filter: { id: /[/\\]llama[/\\]library\.ts$/ },
    handler: (code) =>
      importing('importNative') + replaced(code, /import\(['"]node-llama-cpp['"]\)/, "importNative('node-llama-cpp', process.env)"),
  },
}

/** What dockerode brings for reaching Docker over ssh and for sessions of BuildKit, which are not used; some of it finds its files only in its own package. */
const unusedParts: Plugin = {
  name: 'unused-parts',
  resolveId: { filter: { id: /^(?:ssh2|protobufjs|@grpc\/grpc-js|@grpc\/proto-loader)$/ }, handler: () => '\0unused' },
  load: { filter: { id: /^\0unused$/ }, handler: () => 'export {}\n' },
}

/** The runtime of tree-sitter lies beside the bundle, under a name that stays CommonJS wherever it is put. */
const grammarPlace: Plugin = {
  name: 'grammar-place',
  transform: {
    filter: { id: /[/\\]syntax[/\\]grammar\.ts$/ },
    handler: (code) => replaced(code, /(['"])@vscode\/tree-sitter-wasm\1/, "'./grammars/tree-sitter.cjs'"),
  },
}

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
const outputs = [await bundle('src/action/main.ts', 'index.mjs'), await bundle('src/engine/llama/process.ts', 'engine-process.js')]
copyPrompts(folder)
copyGrammars()
writeFileSync(join(folder, 'THIRD-PARTY-LICENSES.txt'), licensesOf([...outputs.flatMap(bundledPackages), treeSitter]))

/** One file: what is imported lazily is in it, and still evaluated only when it is asked for. */
function bundle(entry: string, name: string): Promise<RolldownOutput> {
  return build({
    cwd: root,
    input: entry,
    platform: 'node',
    plugins: [lightHeaders, nativePlaces, unusedParts, grammarPlace],
    resolve,
    output: { dir: folder, format: 'esm', entryFileNames: name, codeSplitting: false, minify: true, comments: false },
    transform: { target: 'node24' },
    logLevel: 'warn',
  })
}

function importing(name: string): string {
  return `import { ${name} } from ${JSON.stringify(join(root, 'src/action/native.ts'))}\n`
}

function replaced(code: string, what: RegExp, by: string): string {
  if (!what.test(code)) throw new Error(`${what} is no longer there: see scripts/build-action.ts.`)
  return code.replace(what, by)
}

function copyGrammars(): void {
  mkdirSync(join(folder, 'grammars'))
  copyFileSync(join(treeSitter, 'wasm/tree-sitter.js'), join(folder, 'grammars/tree-sitter.cjs'))
  for (const name of ['tree-sitter', ...languages.map((language) => `tree-sitter-${language}`)]) {
    const file = join(treeSitter, 'wasm', `${name}.wasm`)
    copyFileSync(file, join(folder, 'grammars', basename(file)))
  }
}
