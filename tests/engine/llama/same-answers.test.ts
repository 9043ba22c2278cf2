import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { GenerateRequest } from '../../../src/engine/engine.ts'
import { openLocalEngine } from '../../../src/engine/llama/open-local-engine.ts'
import { tinyMoe } from '../../helpers/local-models.ts'
import { localOptions } from './local-options.ts'

// In engine processes, as users have them: two sequences that take their next tokens on several threads of libuv would disturb each other's numbers.

const rules = 'A rule that all of them share: look at what changes, and at nothing else.\n'.repeat(60)
const units = Array.from(
  { length: 8 },
  (_, index): GenerateRequest => ({
    messages: [
      { role: 'system', text: rules },
      { role: 'user', text: `const unit${index} = ${index ** 3}` },
    ],
    tools: [],
    maxTokens: 24,
    temperature: index % 2,
    seed: index,
    signal: new AbortController().signal,
  }),
)

it('gives the answers that each request gets alone, with a cached beginning and without, greedy or with a seed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'agent-prefixes-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const open = (parallel: number, prefixFolder: string | null) =>
    openLocalEngine(localOptions(tinyMoe(), { contextTokens: 4096, parallel, prefixFolder }), {
      model: 'tiny',
      signal: new AbortController().signal,
    })
  const alone = await open(1, null)
  const expected: string[] = []
  for (const unit of units) expected.push((await alone.generate(unit)).message.text)
  expect(alone.notices).toEqual([])
  await alone.close()
  for (const [parallel, prefixFolder] of [
    [8, null],
    [4, folder],
    [3, folder],
  ] as const) {
    const engine = await open(parallel, prefixFolder)
    const answers = await Promise.all(units.map((unit) => engine.generate(unit)))
    expect(answers.map(({ message }) => message.text)).toEqual(expected)
    expect(engine.notices.map(({ code }) => code)).toEqual(['ANSWERS_NOT_REPEATABLE'])
    await engine.close()
  }
})
