import { expect, it } from 'vitest'
import { shapeInput } from '../../src/agent/shape-input.ts'

const schema = {
  type: 'object',
  properties: {
    text: { type: 'string' },
    count: { type: 'integer' },
    ratio: { type: 'number' },
    flag: { type: 'boolean' },
    list: { type: 'array', items: { type: 'string' } },
    numbers: { type: 'array', items: { type: 'integer' } },
    nested: { type: 'object', properties: {} },
  },
  required: ['text'],
}

it.each<[string, unknown, unknown]>([
  ['numbers', { count: ' 7 ', ratio: '-0.5' }, { count: 7, ratio: -0.5 }],
  ['booleans in any style', { flag: 'True' }, { flag: true }],
  ['false', { flag: 'false' }, { flag: false }],
  ['lists', { list: '["a","b"]', numbers: '[1]' }, { list: ['a', 'b'], numbers: [1] }],
  ['one text where a list of them is wanted', { list: 'a b' }, { list: ['a b'] }],
  ['objects', { nested: '{"a":1}' }, { nested: { a: 1 } }],
  ['null for what need not be given as left out', { text: 'a', count: null }, { text: 'a' }],
])('reads %s as what the schema wants', (_name, input, shaped) => {
  expect(shapeInput(input, schema)).toEqual(shaped)
})

it.each<[string, unknown]>([
  ['text that looks like something else', { text: '7' }],
  [
    'text that is no number, boolean, list or object',
    { count: 'seven', ratio: '1e999', flag: 'yes', numbers: 'one', nested: 'x', list: '' },
  ],
  ['lists that do not parse', { numbers: '[1,', nested: '{' }],
  ['what the schema does not know, and null for what is needed', { other: null, text: null }],
  ['a value that has a type already', { count: 1.5, list: [1] }],
  ['what is no object', 'text'],
])('leaves %s as it is', (_name, input) => {
  expect(shapeInput(input, schema)).toEqual(input)
})

it('leaves input as it is where the schema says nothing of its parts', () => {
  expect(shapeInput({ a: '1' }, { type: 'object' })).toEqual({ a: '1' })
})
