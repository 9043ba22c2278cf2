import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type * as TreeSitter from '@vscode/tree-sitter-wasm'
import type { Language } from './language.ts'
import { createMemory, type WebAssemblyMemory } from './web-assembly.ts'

type Grammar = TreeSitter.Language

/** A parser that is set to one language, and the memory it works in. */
export interface LoadedGrammar {
  parser: TreeSitter.Parser
  grammar: Grammar
  /** Bytes that the WebAssembly program has taken so far. It never gives any back. */
  memoryBytes(): number
}

interface Runtime {
  treeSitter: typeof TreeSitter
  folder: string
  memory: WebAssemblyMemory
  grammars: Map<Language, Promise<Grammar>>
}

const pageBytes = 2 ** 16
const firstPages = 512
/** 512 MiB: what the largest text that is parsed needs at its worst, with room. */
const mostPages = 8192

// The one piece of state of this folder: grammars are large, never change, and live in the memory of one WebAssembly program.
let running: Promise<Runtime> | undefined

/** The grammar of a language. The runtime is started by the first call, and each grammar is read once. */
export async function loadGrammar(language: Language): Promise<LoadedGrammar> {
  const runtime = await (running ??= start())
  const { treeSitter, folder, memory, grammars } = runtime
  let loading = grammars.get(language)
  if (!loading) grammars.set(language, (loading = treeSitter.Language.load(join(folder, `tree-sitter-${language}.wasm`))))
  const grammar = await loading
  return { parser: new treeSitter.Parser().setLanguage(grammar), grammar, memoryBytes: () => memory.buffer.byteLength }
}

/** Lets the runtime go, with all it holds; the next parse starts a fresh one. After a crash inside it, nothing it says can be trusted. */
export function dropGrammars(): void {
  running = undefined
}

async function start(): Promise<Runtime> {
  const require = createRequire(import.meta.url)
  const entry = require.resolve('@vscode/tree-sitter-wasm')
  // The package keeps its runtime in module scope; a module that is loaded anew has a new one.
  delete require.cache[entry]
  const treeSitter = require(entry) as typeof TreeSitter
  const memory = createMemory({ initial: firstPages, maximum: mostPages })
  await treeSitter.Parser.init(moduleOptions(memory))
  return { treeSitter, folder: dirname(entry), memory, grammars: new Map() }
}

/** Emscripten's own options, of which the declared type knows one. */
function moduleOptions(wasmMemory: WebAssemblyMemory) {
  const silent = () => {}
  const locateFile = (file: string, folder: string) => join(folder, file)
  return { wasmMemory, locateFile, print: silent, printErr: silent }
}

/** Bytes above which a runtime is worth letting go. */
export const largeMemory = 2048 * pageBytes
