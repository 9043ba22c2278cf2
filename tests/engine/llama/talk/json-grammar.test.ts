import fc from 'fast-check'
import { getLlama, type Llama, LlamaLogLevel } from 'node-llama-cpp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonSchema } from '../../../../src/engine/engine.ts'
import { jsonGrammar } from '../../../../src/engine/llama/talk/json-grammar.ts'
import { answerSchemaFor } from '../../../../src/tasks/review/answer.ts'
import { contractSchema } from '../../contract.ts'

let llama: Llama
beforeAll(async () => {
  llama = await getLlama({ gpu: false, build: 'never', maxThreads: 1, progressLogs: false, logLevel: LlamaLogLevel.disabled })
})
afterAll(() => llama.dispose())

/** What llama.cpp itself makes of the grammar. The library keeps its test of a text to itself. */
async function grammarOf(schema: JsonSchema): Promise<(text: string) => boolean> {
  const grammar = (await llama.createGrammar({ grammar: jsonGrammar(schema) })) as unknown as { _testText(text: string): boolean }
  return (text) => grammar._testText(text)
}

const object = (properties: Record<string, unknown>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})

describe('jsonGrammar', () => {
  it.each<[name: string, schema: JsonSchema, good: string[], bad: string[]]>([
    ['a string', { type: 'string' }, ['""', String.raw`"a\n\"é🙂\u00e9"`], ['a', '"', '"a\nb"', '"\\x"', '"a" ', ' "a"']],
    ['a bounded string', { type: 'string', minLength: 1, maxLength: 3 }, ['"a"', '"🙂🙂🙂"', String.raw`"\n\n\n"`], ['""', '"abcd"']],
    [
      'a long string',
      { type: 'string', minLength: 1500, maxLength: 3000 },
      [JSON.stringify('x'.repeat(1500)), JSON.stringify('x'.repeat(3000))],
      [JSON.stringify('x'.repeat(1499)), JSON.stringify('x'.repeat(3001))],
    ],
    ['an empty string', { type: 'string', maxLength: 0 }, ['""'], ['"a"']],
    ['an integer', { type: 'integer' }, ['0', '-7', '123456789012345'], ['8.2', '8.2E31', '1e3', '01', '1234567890123456', '+1']],
    ['a count', { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }, ['0', '12'], ['-1']],
    ['a positive number of things', { type: 'integer', exclusiveMinimum: 0 }, ['1', '12'], ['0', '-1']],
    ['the same, said otherwise', { type: 'integer', minimum: 1 }, ['1', '12'], ['0', '-1']],
    ['a number', { type: 'number' }, ['0', '-1.5', '3.25'], ['1e3', '.5', '1.']],
    ['a boolean', { type: 'boolean' }, ['true', 'false'], ['1', 'True']],
    ['null', { type: 'null', description: 'nothing' }, ['null'], ['0']],
    ['numbers of lines', { type: 'integer', enum: [3, 12, 204] }, ['3', '12', '204'], ['1', '2', '20', '120']],
    ['words', { enum: ['a "b"', 'tür', '🙂', null, false] }, ['"a \\"b\\""', '"tür"', '"🙂"', 'null', 'false'], ['"a"', 'true']],
    ['a constant', { const: 'x' }, ['"x"'], ['"y"']],
    ['one of two', { oneOf: [{ type: 'string', maxLength: 2 }, { type: 'null' }] }, ['"ab"', 'null'], ['"abc"', '1']],
    ['a list', { type: 'array', items: { type: 'boolean' } }, ['[]', '[true]', '[ true , false, true ]'], ['[true,]', '[,]', '[1]']],
    ['a bounded list', { type: 'array', minItems: 2, maxItems: 3, items: { const: 1 } }, ['[1,1]', '[1,1,1]'], ['[]', '[1]', '[1,1,1,1]']],
    ['a list of at least two', { type: 'array', minItems: 2, items: { const: 1 } }, ['[1,1]', '[1,1,1,1,1]'], ['[1]']],
    ['an empty list', { type: 'array', maxItems: 0, items: { const: 1 } }, ['[]'], ['[1]']],
    [
      'an object, its keys in order',
      object({ a: { const: 1 }, 'b "c"': { type: 'boolean' } }),
      ['{"a":1,"b \\"c\\"":true}', '{ "a" : 1, "b \\"c\\"": false }'],
      ['{}', '{"a":1}', '{"b \\"c\\"":true,"a":1}', '{"a":1,"b \\"c\\"":true,"d":1}'],
    ],
    ['an object without keys', object({}), ['{}'], ['{"a":1}']],
  ])('lets %s through, and nothing else', async (_name, schema, good, bad) => {
    const accepts = await grammarOf(schema)
    expect(good.filter((text) => !accepts(text))).toEqual([])
    expect(bad.filter((text) => accepts(text))).toEqual([])
  })

  it('lets every answer of a review through, and none with a line that is not part of the change', async () => {
    const accepts = await grammarOf(answerSchemaFor({ lines: [3, 12, 204], categories: ['boundary', 'null'], maxClaims: 5 }))
    const claim = (line: fc.Arbitrary<number>) =>
      fc.record(
        {
          quote: text(200),
          line,
          trigger: text(240),
          effect: text(240),
          category: fc.constantFrom('boundary', 'null'),
          severity: fc.constantFrom('error', 'warning', 'note'),
          title: text(80),
        },
        { noNullPrototype: true },
      )
    const answer = (line: fc.Arbitrary<number>, minLength: number) =>
      fc
        .tuple(fc.array(claim(line), { minLength, maxLength: 5 }), fc.boolean())
        .map(([findings, none]) => JSON.stringify({ findings, none }))
    fc.assert(
      fc.property(answer(fc.constantFrom(3, 12, 204), 0), (good) => accepts(good)),
      { numRuns: 50 },
    )
    fc.assert(
      fc.property(
        answer(
          fc.integer().filter((line) => ![3, 12, 204].includes(line)),
          1,
        ),
        (bad) => !accepts(bad),
      ),
      { numRuns: 50 },
    )
  })

  it('knows every construct of the engine contract', async () => {
    const accepts = await grammarOf(contractSchema)
    expect(accepts('{"verdict":"some","items":[{"quote":"a","line":17,"note":null}]}')).toBe(true)
    expect(accepts('{"verdict":"some","items":[{"quote":"a","line":18,"note":null}]}')).toBe(false)
  })

  it.each<[name: string, schema: JsonSchema, message: string]>([
    ['patterns', { type: 'string', pattern: '^a' }, 'The schema at $ cannot'],
    ['formats', object({ a: { type: 'string', format: 'date' } }), 'The schema at $.a cannot'],
    ['anyOf', { type: 'array', items: { anyOf: [{ type: 'null' }] } }, 'The schema at $[] cannot'],
    ['ranges of numbers', { oneOf: [{ type: 'integer', minimum: 5 }] }, 'The schema at $.oneOf[0] cannot'],
    ['keys that may be left out', { ...object({ a: { type: 'null' } }), required: [] }, 'a must be required'],
    ['open objects', { ...object({}), additionalProperties: true }, 'The schema at $ cannot'],
    ['types that it does not know', { type: 'tuple' }, 'The schema at $ cannot'],
  ])('refuses %s', (_name, schema, message) => {
    expect(() => jsonGrammar(schema)).toThrow(expect.objectContaining({ code: 'INTERNAL', message: expect.stringContaining(message) }))
  })
})

/** Any text of so many characters at most, lone surrogates excepted: JSON writes those as escapes, which are counted as one each. */
const text = (maxLength: number) =>
  fc.string({ unit: 'binary', maxLength }).filter((value) => Array.from(JSON.stringify(value)).length <= maxLength)
