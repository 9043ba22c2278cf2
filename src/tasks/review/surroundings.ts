import type { Row } from './rows.ts'

const maxEnclosing = 3
const maxImports = 8
const maxLineLength = 160

const opensBlock =
  /[{(:[]\s*$|^\s*(?:export\s|async\s|public\s|private\s|protected\s|static\s|pub\s)*(?:function|class|def|fn|func|impl|interface|struct|module|trait|namespace|sub)\b/
const importLine =
  /^\s*(?:import\b|from\s+\S+\s+import\b|(?:const|let|var)\s+[^=]+=\s*(?:await\s+)?(?:require|import)\(|use\s+[\w:]+|#\s*include\b|using\s+[\w.]+|require(?:_relative)?\b|package\b)/

/**
 * The heads of what encloses a line (function, class, block), outermost first, found by indentation: it holds in every language that
 * people indent, and needs no grammar.
 */
export function enclosingHeads(lines: readonly string[], line: number): Row[] {
  const heads: Row[] = []
  let depth = indentOf(lines.slice(line - 1, line + 20).find((text) => text.trim() !== '') ?? '')
  for (let at = line - 1; at >= 1 && depth > 0 && heads.length < 20; at--) {
    const text = lines[at - 1] ?? ''
    if (text.trim() === '' || indentOf(text) >= depth) continue
    depth = indentOf(text)
    if (opensBlock.test(text.slice(0, 300))) heads.unshift(contextRow(at, text))
  }
  return heads.slice(-maxEnclosing)
}

/** The import lines of a file that name something the given code uses. */
export function relevantImports(lines: readonly string[], code: string): Row[] {
  const used = new Set(code.match(/[A-Za-z_]\w{2,}/g))
  const found: Row[] = []
  for (const [index, text] of lines.slice(0, 200).entries()) {
    if (found.length === maxImports) break
    if (
      importLine.test(text.slice(0, 300)) &&
      (text.match(/[A-Za-z_]\w{2,}/g) ?? []).some((word) => used.has(word) && !keywords.has(word))
    ) {
      found.push(contextRow(index + 1, text))
    }
  }
  return found
}

const keywords = new Set([
  'import',
  'from',
  'const',
  'let',
  'var',
  'require',
  'use',
  'using',
  'include',
  'await',
  'type',
  'package',
  'require_relative',
  'node',
  'src',
])

const indentOf = (text: string) => text.replaceAll('\t', '    ').search(/\S|$/)

const contextRow = (line: number, text: string): Row => ({ kind: 'context', line, text: text.slice(0, maxLineLength), hidden: 0 })
