import { Ajv } from 'ajv'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Engine } from '../../../src/engine/engine.ts'
import { localHandle } from '../../../src/engine/llama/local-engine.ts'
import { categoryNames } from '../../../src/tasks/review/categories.ts'
import { answerSchemaFor } from '../../../src/tasks/review/answer.ts'
import { tinyMoe } from '../../helpers/local-models.ts'
import { ask, contractSchema } from '../contract.ts'
import { localOptions } from './local-options.ts'

// A model of random weights under the grammar says the worst that a real one could.

const seeds = process.env.SOAK ? 100 : 10
const lines = [3, 4, 17, 204, 1998]

let engine: Engine
beforeAll(async () => {
  engine = await localHandle(localOptions(tinyMoe({ seed: 5 }))).open(new AbortController().signal)
})
afterAll(() => engine.close())

it.each([
  ['a review', answerSchemaFor({ lines, categories: categoryNames, maxClaims: 5 })],
  ['a review that has to find something', { ...contractSchema }],
])(
  'every random answer to %s parses, ends and keeps to the schema',
  async (_name, outputSchema) => {
    const validate = new Ajv({ strict: false }).compile(outputSchema)
    for (let seed = 0; seed < seeds; seed++) {
      const { message, stopReason } = await engine.generate(
        ask(`const seed = ${seed}`, { outputSchema, seed, temperature: 1, maxTokens: 7000 }),
      )
      expect({ seed, stopReason, errors: validate(JSON.parse(message.text)) ? [] : validate.errors }).toEqual({
        seed,
        stopReason: 'stop',
        errors: [],
      })
    }
  },
  600_000,
)
