import { expect, it, onTestFinished } from 'vitest'
import { estimateTokens } from '../../../src/domain/tokens.ts'
import { temporaryRepository } from '../../helpers/git-repository.ts'
import { reviewStaged } from '../../helpers/review-run.ts'
import { scriptedEngine } from '../../helpers/scripted-engine.ts'

const words = ['parcel', 'order', 'invoice', 'customer', 'route', 'carrier', 'price', 'stock', 'label', 'refund']
const word = (seed: number) => words[seed % words.length] ?? ''

/** A function of a few lines that is different for every seed. */
function functionText(file: number, index: number, version: number): string {
  const name = `${word(file)}${word(index)[0]?.toUpperCase()}${word(index).slice(1)}${index}`
  return [
    `export async function ${name}(input: ${word(file + 1)}Input, limit = ${index * 7 + version}): Promise<number> {`,
    `  const ${word(index + 2)}s = await store.find(input.id, { limit, after: "${word(index + version)}-${file}" })`,
    `  if (${word(index + 2)}s.length > limit * ${version + 2}) throw new RangeError(\`too many: \${limit}\`)`,
    `  const total = ${word(index + 2)}s.reduce((sum, one) => sum + one.amount * ${index + version}, 0)`,
    `  log.info("${name}", { total, file: ${file} })`,
    `  return total + ${version}`,
    '}',
    '',
  ].join('\n')
}

const fileText = (file: number, version: number) => Array.from({ length: 7 }, (_, index) => functionText(file, index, version)).join('\n')

it('sees every changed function of a 120,000-token change of 60 files, for at most 250,000 prompt tokens and with flat memory', async () => {
  const paths = Array.from({ length: 60 }, (_, file) => `src/${word(file)}-${file}.ts`)
  const repository = temporaryRepository({ files: Object.fromEntries(paths.map((path, file) => [path, fileText(file, 1)])) })
  onTestFinished(() => repository.remove())
  repository.stage(Object.fromEntries(paths.map((path, file) => [path, fileText(file, 2)])))
  const diffTokens = estimateTokens(repository.git('diff', '--cached'))
  const shown: string[] = []
  let promptTokens = 0
  let largest = 0
  const { handle } = scriptedEngine(({ messages }) => {
    const text = messages.map((message) => ('text' in message ? message.text : '')).join('\n')
    const tokens = estimateTokens(text)
    promptTokens += tokens
    largest = Math.max(largest, tokens)
    shown.push(...(text.match(/^ +\d+ \+ export async function (\w+)/gm) ?? []))
    return '{"findings":[],"none":true}'
  })
  const before = process.memoryUsage().heapUsed
  const report = await reviewStaged(repository, { engine: handle })
  const grownMb = (process.memoryUsage().heapUsed - before) / 2 ** 20

  expect(diffTokens).toBeGreaterThan(120_000)
  expect(shown).toHaveLength(60 * 7)
  expect(report.coverage.seenLines).toBe(report.coverage.changedLines)
  expect(report.completeness).toBe('complete')
  expect(largest).toBeLessThan(4000)
  expect(promptTokens).toBeLessThan(250_000)
  expect(grownMb).toBeLessThan(100)
})
