import { expect, it } from 'vitest'
import { anchorQuote } from '../../src/domain/anchor.ts'
import { seededRandom } from '../helpers/seeded-random.ts'

const random = seededRandom(7)
const pick = <T>(items: readonly T[]): T => items[random.below(items.length)]!
const names = ['user', 'order', 'total', 'items', 'index', 'parsePort', 'response', 'error', 'options', 'cache', 'path', 'next']

/** Lines as people write them: mostly their own, some that recur in every file. */
const shapes: readonly (() => string)[] = [
  () => `const ${pick(names)}${random.below(40)} = await ${pick(names)}.${pick(names)}(${pick(names)}, ${random.below(500)})`,
  () => `if (${pick(names)}.${pick(names)} === ${random.below(90)}) {`,
  () => `${pick(names)}.push({ ${pick(names)}: ${pick(names)}[${random.below(9)}], id: '${pick(names)}-${random.below(999)}' })`,
  () => `expect(${pick(names)}(${random.below(99)})).toBe(${random.below(99)})`,
  () => `// ${pick(names)} ${pick(names)} ${pick(names)} ${random.below(99)}`,
  () => pick(['return null', 'break', 'await next()', 'done()', '} catch (error) {', 'throw error']),
]

const noises: readonly ((text: string, line: number) => string)[] = [
  (text) => text,
  (text) => text.trim(),
  (text) => `${text}   `,
  (text) => text.replaceAll(/\s+/g, ' '),
  (text, line) => `${String(line).padStart(5)} + ${text}`,
  (text) => `+${text}`,
  (text, line) => `${line} | ${text}`,
  (text) => `\`${text.trim()}\``,
]

it('points at no wrong line in 10,000 noisy quotes, and finds at least 98 % of them', () => {
  let [asked, found, wrong] = [0, 0, 0]
  while (asked < 10_000) {
    const lines = Array.from({ length: 20 + random.below(100) }, (_, index) => ({
      line: index + 1,
      text: '  '.repeat(1 + random.below(4)) + (random.below(12) === 0 ? shapes.at(-1)! : pick(shapes.slice(0, -1)))(),
    }))
    for (const { line, text } of lines) {
      asked++
      const anchor = anchorQuote(pick(noises)(text, line), line + random.below(7) - 3, lines)
      if (anchor) found++
      if (anchor && anchor.startLine !== line) wrong++
    }
  }
  expect(wrong).toBe(0)
  expect(found / asked).toBeGreaterThan(0.98)
})
