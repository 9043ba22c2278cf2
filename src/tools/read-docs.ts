import { z } from 'zod'
import { closest } from '../domain/closest.ts'
import { formatCount, plural } from '../domain/plural.ts'
import { terminalLine, terminalText } from '../domain/trust-terminal.ts'
import { symbolsOf } from '../syntax/symbols.ts'
import type { InstalledPackages } from '../workspace/installed-packages.ts'
import { npmDocs } from './npm-docs.ts'
import { type Declared, type PackageDocs, publicSymbols } from './package-docs.ts'
import { pythonDocs } from './python-docs.ts'
import { readName } from './symbol-name.ts'
import { defineTool } from './tool.ts'

const maxExports = 200
const maxReadme = 20_000
const maxDeclarations = 5
const maxDeclarationLines = 120

export const readDocs = defineTool({
  name: 'read_docs',
  description:
    'Read what a package that is installed for this project says about itself: its README and what it exports, or one of its declarations.',
  effect: 'read',
  input: z.strictObject({
    package: z.string().min(1).max(214).describe('Name to import it by, such as "zod", "@types/node" or "requests"'),
    symbol: z.string().max(200).default('').describe('Show the declaration of this name; empty for an overview'),
    folder: z.string().max(1000).default('.').describe('Folder of the project that imports it; "." is the root'),
  }),

  async run({ package: name, symbol, folder }, { checkout, packages, signal }) {
    signal.throwIfAborted()
    if (!isPackageName(name))
      throw new Error(`${terminalLine(JSON.stringify(name))} is not the name of a package. Give it as it is imported.`)
    // Refuses what leads out of the repository before anything is looked for there.
    await checkout.look(folder)
    const docs = packages && ((await npmDocs(packages, { name, folder })) ?? (await pythonDocs(packages, name)))
    if (!packages || !docs) throw new Error(await notInstalled(name, packages))
    const text = symbol === '' ? await overview(docs, signal) : await declarations(docs, symbol, signal)
    return { text: terminalText(text) }
  },
})

/** Segments of plain letters, so that no name can lead anywhere. */
function isPackageName(name: string): boolean {
  return (
    /^(?:@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*(?:\/[\w~-][\w.~-]*)*$/.test(name) &&
    !name.includes('..') &&
    !/(?:^|\/)node_modules(?:\/|$)/.test(name)
  )
}

async function notInstalled(name: string, packages: InstalledPackages | undefined): Promise<string> {
  const installed = packages ? await packages.list('node_modules') : []
  const near = closest(name, installed)
  const hint = near === undefined ? 'Its documentation cannot be read.' : `Did you mean ${near}?`
  return terminalLine(`No package ${JSON.stringify(name)} is installed for this project. ${hint}`)
}

async function overview(docs: PackageDocs, signal: AbortSignal): Promise<string> {
  const exported: Declared[] = []
  for await (const file of docs.publicFiles()) {
    signal.throwIfAborted()
    if (exported.length < maxExports) exported.push(...(await publicSymbols(file)))
  }
  const lines = exported.slice(0, maxExports).map(({ symbol }) => `  ${symbol.kind} ${symbol.name} — ${symbol.signature}`)
  const more = exported.length > maxExports ? [`  [${formatCount(exported.length - maxExports)} or more are not shown.]`] : []
  const readme = docs.readme.length > maxReadme ? `${docs.readme.slice(0, maxReadme)}…` : docs.readme
  return [
    `${docs.title}${docs.description === '' ? '' : `: ${docs.description}`}`,
    ...(lines.length > 0 ? [`It exports (read_docs with a symbol shows one):`, ...lines, ...more] : []),
    ...(readme.trim() === '' ? ['It has no README.'] : ['README:', readme.trim()]),
  ].join('\n')
}

async function declarations(docs: PackageDocs, wanted: string, signal: AbortSignal): Promise<string> {
  const name = readName(wanted)
  const found: Declared[] = []
  const names = new Set<string>()
  for await (const file of docs.allFiles()) {
    signal.throwIfAborted()
    for (const symbol of await symbolsOf(file.text, file.path)) {
      names.add(symbol.name)
      if (name.matches(symbol)) found.push({ file, symbol })
    }
    if (found.length >= maxDeclarations) break
  }
  if (found.length === 0) {
    const near = closest(name.last, names)
    throw new Error(terminalLine(`${docs.title} declares no ${wanted}.${near === undefined ? '' : ` Did you mean ${near}?`}`))
  }
  const shown = await Promise.all(found.slice(0, maxDeclarations).map(declarationText))
  return [docs.title, ...shown].join('\n\n')
}

/** A declaration as it stands in its file, with its documentation; of code, the head and the documentation in it. */
async function declarationText({ file, symbol }: Declared): Promise<string> {
  const { documentation, startIndex, endIndex, startLine, bodyIndex } = symbol
  const start = Math.min(documentation?.startIndex ?? startIndex, startIndex)
  const isCode = !/\.(?:d\.[cm]?ts|pyi)$/.test(file.path) && (symbol.kind === 'function' || symbol.kind === 'method') && bodyIndex !== null
  const end = isCode ? Math.max(bodyIndex, documentation?.endIndex ?? 0) : endIndex
  const lines = file.text.slice(start, end).trimEnd().split('\n')
  const rest = lines.length - maxDeclarationLines
  const note = rest > 0 ? [`[${plural(rest, 'more line')}. Ask for a member, such as "${symbol.name}.name".]`] : []
  return [`${file.path}:${startLine}`, ...lines.slice(0, maxDeclarationLines), ...note].join('\n')
}
