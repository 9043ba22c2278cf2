import type { Hunk, Random } from '../../../bench/edits-cases.ts'

/** Files as people write them: nested, with blank lines, comments and quotes, and lines that recur. */
export function randomFile(random: Random): string[] {
  const unit = ['  ', '    ', '\t'][random.below(3)]!
  const lines = [`// ${phrase(random)}`, '']
  while (lines.length < 40 + random.below(80)) {
    lines.push(`function ${name(random)}(${name(random)}, ${name(random)}) {`)
    addBody(lines, { depth: 1, unit, random })
    lines.push('}', '')
  }
  return lines.slice(0, -1)
}

/** A change of a few lines: some replaced, some inserted, some deleted. */
export function randomHunk(lines: readonly string[], random: Random): Hunk {
  const start = random.below(lines.length)
  const removed = lines.slice(start, start + random.below(5))
  const indent = /^\s*/.exec(removed[0] ?? lines[start] ?? '')![0]
  const added = Array.from({ length: removed.length === 0 ? 1 + random.below(4) : random.below(5) }, () => indent + statement(random))
  return { text: `${lines.join('\n')}\n`, start, removed, added }
}

interface Body {
  depth: number
  unit: string
  random: Random
}

function addBody(lines: string[], { depth, unit, random }: Body): void {
  const indent = unit.repeat(depth)
  for (let count = 2 + random.below(5); count > 0; count--) {
    const kind = random.below(8)
    if (kind === 0) lines.push('')
    else if (kind === 1) lines.push(`${indent}// ${phrase(random)}`)
    else if (kind === 2 && depth < 4) {
      lines.push(`${indent}if (${name(random)} < ${random.below(90)} && !${name(random)}) {`)
      addBody(lines, { depth: depth + 1, unit, random })
      lines.push(`${indent}}`)
    } else lines.push(indent + statement(random))
  }
}

const names = ['user', 'order', 'total', 'items', 'index', 'parsePort', 'response', 'failure', 'options', 'cache', 'path', 'next']
const name = (random: Random) => names[random.below(names.length)]! + (random.below(3) === 0 ? names[random.below(names.length)] : '')
const phrase = (random: Random) => Array.from({ length: 3 + random.below(5) }, () => name(random)).join(' ')

const statements: readonly ((random: Random) => string)[] = [
  (random) => `const ${name(random)} = await ${name(random)}.${name(random)}(${name(random)}, ${random.below(500)})`,
  (random) => `${name(random)}.push({ ${name(random)}: '${phrase(random)}', id: "${random.below(999)}" })`,
  (random) => `expect(${name(random)}(${random.below(99)})).toBe(${random.below(99)})`,
  (random) => `${name(random)} = ${name(random)} ?? '${name(random)}'`,
  (random) => ['return null', 'break', 'next()', 'done()', 'throw failure'][random.below(5)]!,
]

function statement(random: Random): string {
  return statements[random.below(statements.length)]!(random)
}
