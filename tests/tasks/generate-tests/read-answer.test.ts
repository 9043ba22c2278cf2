import fc from 'fast-check'
import { expect, it } from 'vitest'
import { readAnswer } from '../../../src/tasks/generate-tests/read-answer.ts'

it.each([
  ['one fence with prose around it', 'Sure!\n```ts\nit()\n```\nThat is all.', 'it()\n'],
  ['a fence of tildes', '~~~python\ndef a(): ...\n~~~', 'def a(): ...\n'],
  ['a fence that is not closed', '```\nit()\n  x', 'it()\n  x\n'],
  ['the longest of several', '```ts\nimport a\n```\n```ts\nimport a\nit()\n```', 'import a\nit()\n'],
  ['what is no command to run', '```sh\nnpm install something-long\n```\n```js\nit()\n```', 'it()\n'],
  ['a longer fence around a shorter one', '````md\n```js\n```\n````\n```js\nit()\n```', 'it()\n'],
  ['what comes behind thoughts', '<think>\n```js\ndraft()\n```\n</think>\n```js\nit()\n```', 'it()\n'],
  ['Windows line ends', '```js\r\nit()\r\n```\r\n', 'it()\n'],
])('reads %s', (_what, answer, code) => {
  expect(readAnswer(answer)).toEqual({ code, isFenced: true })
})

it('takes an answer without a fence as code, and says so', () => {
  expect(readAnswer('\n\nit()\n')).toEqual({ code: 'it()\n', isFenced: false })
})

it.each([[''], ['```\n```'], ['```sh\nls\n```'], ['```js\na\0b\n```'], ['```js\n\uD800\n```']])('finds no code in %j', (answer) => {
  expect(readAnswer(answer)).toBeNull()
})

it('never throws, whatever comes', () => {
  const piece = fc.constantFrom('```', '```js', '~~~', '<think>', '</think>', '\n', 'x', ' ', '\r\n', '````')
  fc.assert(fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => void readAnswer(pieces.join(''))))
})
