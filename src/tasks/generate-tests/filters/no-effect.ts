import { languageOf } from '../../../syntax/language.ts'
import { parse, type SyntaxTree } from '../../../syntax/parse.ts'
import { indexLines } from '../../../syntax/line-index.ts'
import { childOf, walk } from '../../../syntax/walk.ts'
import { textOf } from '../assertions/assertion.ts'
import { rejected, type Rejection } from '../trial.ts'
import { byText } from './filter.ts'

/** By its text: it has a name of its own, writes no snapshot, opens no network. What it leaves in the tree is seen when it runs. */
export const hasNoEffect = byText('side-effect', async ({ candidate: { text, placement, addedLines, names } }) => {
  const language = languageOf(placement.path, text)
  const tree = language && (await parse(text, language))
  if (!tree) return null
  const twice = repeatedName(tree, addedLines, names)
  if (twice !== null) {
    return rejected(
      'side-effect',
      `Its name is that of another test of the file: ${JSON.stringify(twice)}.`,
      `The file already has a test named ${JSON.stringify(twice)}. Give the new test another name.`,
    )
  }
  return effectOf(tree, addedLines)
})

/** A name that a test on the added lines has, and another one beside it, too. */
function repeatedName(tree: SyntaxTree, addedLines: readonly number[], names: readonly string[]): string | null {
  const added = new Set(addedLines)
  const { lineAt } = indexLines(tree.text)
  const seen = new Map<string, { count: number; isAdded: boolean }>()
  walk(tree.root, {
    enter(node) {
      const name = isDefinition(node.type) ? textOf(childOf(node, 'name'), tree) : titleOf(node, tree)
      if (name === null || !names.includes(name)) return true
      // Equal names in different groups are different tests.
      const key = `${groupOf(node)} ${name}`
      const known = seen.get(key) ?? { count: 0, isAdded: false }
      seen.set(key, { count: known.count + 1, isAdded: known.isAdded || added.has(lineAt(node.startIndex)) })
      return true
    },
  })
  const twice = [...seen].find(([, { count, isAdded }]) => count > 1 && isAdded)
  return twice ? twice[0].slice(twice[0].indexOf(' ') + 1) : null
}

const isDefinition = (type: string) => /^(?:function_definition|function_declaration|function_item|method_declaration)$/.test(type)

type Node = SyntaxTree['root']

function titleOf(node: Node, tree: SyntaxTree): string | null {
  if (node.type !== 'call_expression' || !/^(?:it|test|specify)\b/.test(textOf(childOf(node, 'function'), tree))) return null
  const title = childOf(node, 'arguments')?.children.find(({ isNamed }) => isNamed)
  return title && /^(?:string|template_string)$/.test(title.type) ? textOf(title, tree).slice(1, -1) : null
}

/** Where the innermost group begins that a test is in. */
function groupOf({ parent }: Node): number {
  for (let at = parent; at; at = at.parent)
    if (/^(?:arguments|class_definition|class_declaration|mod_item)$/.test(at.type)) return at.startIndex
  return 0
}

const snapshot =
  /^(?:toMatch(?:Inline|File|Aria)?Snapshot|toThrowErrorMatching(?:Inline)?Snapshot|matchSnapshot|assert_match|assert_snapshot|assert_debug_snapshot|MatchSnapshot)$/
const network =
  /^(?:(?:globalThis|window)\.)?fetch$|^(?:axios|got|superagent|undici)\b|^https?\.(?:get|request|Get|Post|PostForm|Head|NewRequest)$|^(?:net|tls)\.(?:connect|createConnection|Dial\w*|Listen\w*)$|^new (?:WebSocket|EventSource|XMLHttpRequest)\b|^(?:requests|httpx|aiohttp)\.|^urllib\.request\.|(?:^|\.)urlopen$|^socket\.(?:socket|create_connection|getaddrinfo)$|^dns\.(?:lookup|resolve\w*)$|^reqwest::|^(?:std::net::)?(?:TcpStream|UdpSocket|TcpListener)::|^HttpClient\.|^(?:WebSocket|XMLHttpRequest|Socket|URL)$\b(?<!URL)/

function effectOf(tree: SyntaxTree, addedLines: readonly number[]): Rejection | null {
  const added = new Set(addedLines)
  const { lineAt } = indexLines(tree.text)
  let found: Rejection | null = null
  walk(tree.root, {
    enter(node) {
      if (found) return false
      if (!/^(?:call_expression|call|method_invocation|macro_invocation|new_expression|object_creation_expression)$/.test(node.type))
        return true
      if (added.has(lineAt(node.startIndex))) found = effectOfCall(calleeOf(node, tree))
      return true
    },
  })
  return found
}

function calleeOf(node: Node, tree: SyntaxTree): string {
  const callee = childOf(node, 'function') ?? childOf(node, 'constructor') ?? childOf(node, 'macro') ?? childOf(node, 'type')
  if (callee) return textOf(callee, tree)
  const object = childOf(node, 'object')
  return `${object ? `${textOf(object, tree)}.` : ''}${textOf(childOf(node, 'name'), tree)}`
}

function effectOfCall(callee: string): Rejection | null {
  const last = callee.split(/::|\./).at(-1) ?? ''
  if (snapshot.test(last)) {
    return rejected(
      'side-effect',
      `It writes a snapshot (${last}), which holds whatever the code does.`,
      `Do not use ${last}: a snapshot holds whatever the code does. Compare with the exact value.`,
    )
  }
  if (!network.test(callee)) return null
  return rejected(
    'side-effect',
    `It opens the network (${callee}).`,
    `Do not use ${callee}: tests run without network. Hand the code what it needs.`,
  )
}
