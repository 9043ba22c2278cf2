import { posix } from 'node:path'
import { indexLines } from '../../../syntax/line-index.ts'
import type { SyntaxTree } from '../../../syntax/parse.ts'
import { childOf, walk } from '../../../syntax/walk.ts'
import type { Target } from '../target.ts'
import { argumentsOf, textOf } from './assertion.ts'

/** Whether a test puts a mock where the code is that it was written for. */
export function replacesTarget(tree: SyntaxTree, lines: readonly number[], { path, name }: Pick<Target, 'path' | 'name'>): boolean {
  const symbol = name.split(/[.#:]/).at(-1) ?? name
  const stem = path.replace(/\.[^./]+$/, '')
  const added = new Set(lines)
  const { lineAt } = indexLines(tree.text)
  let isReplaced = false
  walk(tree.root, {
    enter(node) {
      if (isReplaced || (node.type !== 'call_expression' && node.type !== 'call')) return !isReplaced
      if (!added.has(lineAt(node.startIndex))) return true
      const callee = textOf(childOf(node, 'function'), tree)
      const args = argumentsOf(childOf(node, 'arguments')).map((argument) => textOf(argument, tree))
      isReplaced = mocksModule(callee, args, stem) || patches(callee, args, symbol)
      return !isReplaced
    },
  })
  return isReplaced
}

const unquoted = (text = '') => text.replaceAll(/^['"`]|['"`]$/g, '')

/** `vi.mock('./price.js')`, unless it keeps what is real. */
function mocksModule(callee: string, [module, ...factory]: readonly string[], stem: string): boolean {
  if (!/^(?:vi|jest)\.(?:do)?mock$/i.test(callee)) return false
  const named = unquoted(module).replace(/\.[cm]?[jt]sx?$/, '')
  if (!/^[.@~]/.test(named) || /importActual|importOriginal|requireActual/.test(factory.join())) return false
  const said = posix.normalize(named).replace(/^(?:\.\.\/|\.\/|@\/|~\/)+/, '')
  return said !== '' && (stem === said || stem.endsWith(`/${said}`))
}

/** `patch('shop.price.total')`, `monkeypatch.setattr(shop, 'total', …)`. */
function patches(callee: string, args: readonly string[], symbol: string): boolean {
  if (/(?:^|\.)patch$/.test(callee)) return unquoted(args[0]).split('.').at(-1) === symbol
  if (/(?:^|\.)patch\.object$/.test(callee)) return unquoted(args[1]) === symbol
  if (!callee.endsWith('.setattr')) return false
  return unquoted(args[1]) === symbol || (/^['"]/.test(args[0] ?? '') && unquoted(args[0]).split('.').at(-1) === symbol)
}
