import { Ajv } from 'ajv'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Engine } from '../../../src/engine/engine.ts'
import { localHandle } from '../../../src/engine/llama/local-engine.ts'
import { tinyMoe } from '../../helpers/local-models.ts'
import { ask } from '../contract.ts'
import { everySchema } from './talk/every-schema.ts'
import { localOptions } from './local-options.ts'

// A model of random weights under the grammar says the worst that a real one could.

const seeds = process.env.SOAK === '1' ? 200 : 4
/** An answer that has no bound is cut off here. */
const cutAfter = 200

let engine: Engine
beforeAll(async () => {
  engine = await localHandle(localOptions(tinyMoe({ seed: 5 }))).open(new AbortController().signal)
})
afterAll(() => engine.close())

it.each(everySchema)(
  'every random answer to $name parses, ends and keeps to the schema',
  async ({ schema, isBounded }) => {
    const validate = new Ajv({ strict: false }).compile(schema)
    for (let seed = 0; seed < seeds; seed++) {
      const maxTokens = isBounded ? 7000 : cutAfter
      const { message, stopReason } = await engine.generate(
        ask(`const seed = ${seed}`, { outputSchema: schema, seed, temperature: 1, maxTokens }),
      )
      // What the limit cut off says so, and nobody takes it for an answer.
      if (!isBounded && stopReason === 'length') continue
      const errors = validate(JSON.parse(message.text)) ? [] : validate.errors
      expect({ seed, stopReason, errors }).toEqual({ seed, stopReason: 'stop', errors: [] })
    }
  },
  1_800_000,
)
