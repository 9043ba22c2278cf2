import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { generate } from '../../../src/engine/llama/generate.ts'
import { type LoadedModel, loadModel } from '../../../src/engine/llama/load-model.ts'
import type { PromptRequest } from '../../../src/engine/llama/messages.ts'
import { tinyMoe } from '../../helpers/local-models.ts'
import { seededRandom } from '../../helpers/seeded-random.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'

const beginnings = [
  'A rule that all of them share: look at what changes, and at nothing else.\n'.repeat(60),
  'Another rule: nothing is what it seems to be when somebody looks away.\n'.repeat(60),
]
const schema = { type: 'object', properties: { a: { type: 'string', maxLength: 20 } }, required: ['a'], additionalProperties: false }
const manners: Partial<PromptRequest>[] = [
  {},
  { copiesInput: true, maxTokens: 60 },
  { outputSchema: schema },
  { thinkingTokens: 20 },
  { temperature: 1 },
]
const requests = Array.from(
  { length: 10 },
  (_, index): PromptRequest => ({
    messages: [
      { role: 'system', text: beginnings[index % 2]! },
      { role: 'user', text: `const unit${index} = ${index ** 3}\n`.repeat(1 + (index % 7) * 5) },
    ],
    tools: [],
    outputSchema: null,
    maxTokens: 24,
    temperature: 0,
    seed: index,
    ...manners[index % manners.length],
  }),
)

const open = (parallel: number, prefixFolder: string | null): Promise<LoadedModel> =>
  loadModel({ modelPath: tinyMoe(), contextTokens: 4096, gpu: 'off', threads: 1, parallel, prefixFolder })

const textOf = async (loaded: LoadedModel, asked: PromptRequest, { signal = new AbortController().signal, onText = () => {} } = {}) =>
  (await generate(asked, loaded, { signal, onTurn: () => {}, onText })).text

// Every instance of the library listens to the end of the process; in an engine process there is one.
beforeAll(() => void process.setMaxListeners(100))

it('gives everybody who stays the right answer, whoever leaves at whatever time and whatever becomes of the files', async () => {
  using folder = temporaryFolder()
  const alone = await open(1, null)
  const expected: string[] = []
  for (const request of requests) expected.push(await textOf(alone, request))
  const loaded = await open(3, folder.path)
  const { next: random, below } = seededRandom(7)
  const left = new Error('left')

  const askAndPerhapsLeave = async () => {
    const index = below(requests.length)
    const [abort, leavesAfter] = [new AbortController(), random() < 0.2 ? below(10) : Infinity]
    const timer = random() < 0.5 ? setTimeout(() => abort.abort(left), random() * 1500) : undefined
    let tokens = 0
    const onText = () => {
      if (tokens++ === leavesAfter) abort.abort(left)
    }
    const text = await textOf(loaded, requests[index]!, { signal: abort.signal, onText }).catch((error: unknown) => {
      if (abort.signal.aborted) return expected[index]
      throw error
    })
    clearTimeout(timer)
    expect(text).toBe(expected[index])
  }

  for (let round = 0; round < (process.env.SOAK ? 40 : 2); round++) {
    const asked = Array.from({ length: 12 }, askAndPerhapsLeave)
    const kept = round > 0 ? readdirSync(folder.path).filter((name) => !name.startsWith('.')) : []
    for (const name of kept) writeFileSync(join(folder.path, name), 'garbage')
    await Promise.all(asked)
  }
  expect(await Promise.all(requests.map((request) => textOf(loaded, request)))).toEqual(expected)
  await Promise.all([loaded.model.dispose(), alone.model.dispose()])
})
