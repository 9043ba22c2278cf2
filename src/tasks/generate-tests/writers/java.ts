import { posix } from 'node:path'
import { parse, type SyntaxNode, type SyntaxTree } from '../../../syntax/parse.ts'
import { childOf, walk } from '../../../syntax/walk.ts'
import { freshName } from './fresh-name.ts'
import { indentAt, reindented } from './indent.ts'
import { parsed } from './parsed.ts'
import { applyEdits, insertion, newFile, replacement, type TextEdit } from './text-edits.ts'
import { noTest, type Site, type Unwritable, type Writer, type Written } from './writer.ts'

const form = '@Test void saysWhatIsTrue() { … }'
const holders = new Set(['class_declaration', 'record_declaration'])

/** Writes a test of Java into its class. */
export const writeJava: Writer = async (code, site) => {
  const answer = await classOf(code, site)
  if ('filter' in answer) return answer
  const file = site.text === null ? null : await parse(site.text, 'java')
  const first = membersOf(answer).find((member) => isTest(member, answer.text))
  const nameNode = first && childOf(first, 'name')
  if (!nameNode) return noTest(form)
  const taken = new Set([...site.taken, ...(file ? membersOf(file).map((member) => nameOf(member, file.text)) : [])])
  const name = answer.text.slice(nameNode.startIndex, nameNode.endIndex)
  const fresh = freshName(name, taken, (own, number) => `${own}${number}`)
  const renamed = fresh === name ? answer : await parsed(applyEdits(answer.text, [replacement(nameNode, fresh)]).text, site.path)
  if ('filter' in renamed) return renamed
  return inPlace(renamed, { file, site, name: fresh, packageLine: await packageLineOf(site) })
}

/** A method alone is put into a class, to be read. */
async function classOf(code: string, site: Site): Promise<SyntaxTree | Unwritable> {
  const answer = await parsed(code, site.path)
  if (!('filter' in answer) && holderOf(answer)) return answer
  const [imports, rest] = splitImports(code)
  const wrapped = await parsed(`${imports}class Wrapped {\n${rest}\n}\n`, site.path)
  return 'filter' in wrapped && 'filter' in answer ? answer : wrapped
}

function splitImports(code: string): [string, string] {
  const lines = code.split('\n')
  const last = lines.findLastIndex((line) => /^(?:import|package)\s[\w.*\s]+;\s*$/.test(line))
  return [lines.slice(0, last + 1).join('\n') + (last < 0 ? '' : '\n'), lines.slice(last + 1).join('\n')]
}

const textOf = (node: SyntaxNode, text: string) => text.slice(node.startIndex, node.endIndex)
const holderOf = ({ root }: SyntaxTree) => root.children.find(({ type }) => holders.has(type))

function membersOf(tree: SyntaxTree): readonly SyntaxNode[] {
  const holder = holderOf(tree)
  return (holder && childOf(holder, 'body')?.children.filter(({ isNamed, type }) => isNamed && !/comment/.test(type))) ?? []
}

function nameOf(member: SyntaxNode, text: string): string {
  const declarator = member.children.find(({ type }) => type === 'variable_declarator')
  const name = childOf(member, 'name') ?? (declarator && childOf(declarator, 'name'))
  return name ? textOf(name, text) : ''
}

function isTest(member: SyntaxNode, text: string): boolean {
  const modifiers = member.type === 'method_declaration' ? member.children.find(({ type }) => type === 'modifiers') : undefined
  return modifiers?.children.some((one) => one.type.endsWith('annotation') && nameOf(one, text).endsWith('Test')) ?? false
}

async function packageLineOf({ target, example, path }: Site): Promise<string> {
  const near = example && posix.dirname(example.path) === posix.dirname(path) ? example.text : target.source
  const tree = await parse(near, 'java')
  const line = tree?.root.children.find(({ type }) => type === 'package_declaration')
  return tree && line ? `${textOf(line, tree.text)}\n\n` : ''
}

interface Placing {
  file: SyntaxTree | null
  site: Site
  name: string
  packageLine: string
}

function inPlace(answer: SyntaxTree, { file, site, name, packageLine }: Placing): Written | Unwritable {
  const members = membersOf(answer)
  const first = members.find((member) => isTest(member, answer.text))
  if (!first) return noTest(form)
  const known = new Set(file ? membersOf(file).map((member) => nameOf(member, file.text)) : [])
  const parts = members.filter((member) => member === first || (!isTest(member, answer.text) && !known.has(nameOf(member, answer.text))))
  const body = (indent: string) => parts.map((part) => reindented([part], answer, indent)).join('\n\n')
  const test = reindented([first], answer, '')
  const imports = neededImports(answer, { file, site })
  const holder = file && holderOf(file)
  const block = holder && childOf(holder, 'body')
  if (!file || !holder || !block) {
    const lines = imports.length === 0 ? '' : `${imports.join('\n')}\n\n`
    return { test, names: [name], ...newFile(`${packageLine}${lines}class ${posix.basename(site.path, '.java')} {\n${body('    ')}\n}\n`) }
  }
  const outer = indentAt(file.text, holder.startIndex)
  const last = membersOf(file).at(-1)
  const close = block.endIndex - 1
  const end = file.text.slice(0, close).trimEnd().length
  const inner = last ? indentAt(file.text, last.startIndex) : `${outer}    `
  const edit: TextEdit = { startIndex: end, endIndex: close, text: `${last ? '\n\n' : '\n'}${body(inner)}\n${outer}` }
  return { test, names: [name], ...applyEdits(file.text, [...importEdits(imports, file), edit]) }
}

const importsOf = ({ root, text }: SyntaxTree) =>
  root.children.filter(({ type }) => type === 'import_declaration').map((node) => textOf(node, text))

/** Those of the answer that the file lacks, and those of JUnit that were forgotten, in the version of the neighbours. */
function neededImports(answer: SyntaxTree, { file, site }: Pick<Placing, 'file' | 'site'>): string[] {
  const there = file ? importsOf(file) : []
  const given = importsOf(answer)
  const has = (pattern: RegExp) => [...there, ...given].some((line) => pattern.test(line))
  const isFour = /import\s+(?:static\s+)?org\.junit\.(?:Test|Assert)\b/.test(`${site.text ?? ''}\n${site.example?.text ?? ''}`)
  const [test, assertions] = isFour
    ? ['org.junit.Test', 'org.junit.Assert']
    : ['org.junit.jupiter.api.Test', 'org.junit.jupiter.api.Assertions']
  const forgotten = [
    ...(has(/\.(?:Test|\*)\s*;/) ? [] : [`import ${test};`]),
    ...(callsAssertion(answer) && !has(/static\s+[\w.]*Assert/) ? [`import static ${assertions}.*;`] : []),
  ]
  return [...new Set([...given, ...forgotten])].filter((line) => !there.includes(line))
}

function callsAssertion({ root, text }: SyntaxTree): boolean {
  let found = false
  walk(root, {
    enter(node) {
      const isPlain = node.type === 'method_invocation' && !childOf(node, 'object')
      if (isPlain && /^(?:assert|fail$)/.test(nameOf(node, text))) found = true
      return !found
    },
  })
  return found
}

function importEdits(imports: readonly string[], { root, text }: SyntaxTree): TextEdit[] {
  if (imports.length === 0) return []
  const last = root.children.findLast(({ type }) => type === 'import_declaration')
  const clause = root.children.find(({ type }) => type === 'package_declaration')
  if (last) return [insertion(last.endIndex, imports.map((line) => `\n${line}`).join(''))]
  if (clause) return [insertion(clause.endIndex, `\n\n${imports.join('\n')}`)]
  return text === '' ? [] : [insertion(0, `${imports.join('\n')}\n\n`)]
}
