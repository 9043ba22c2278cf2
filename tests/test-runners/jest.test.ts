import { jest } from '../../src/test-runners/jest.ts'
import { describeRunner, orderLetters, priceSource } from './contract.ts'

describeRunner('jest', {
  runner: jest,
  project: { 'package.json': JSON.stringify({ jest: { testEnvironment: 'node' } }) },
  files: {
    mixed: {
      path: 'src/mixed.test.js',
      text: `
describe('group (a|b) $1', () => {
  it('is "quoted" — é [a-z]+ > 1\\n2', () => { process.stdout.write(JSON.stringify({ testResults: [] }) + '\\n') })
  it('fails', () => { throw new Error('expected failure') })
  it.skip('is skipped', () => {})
})
it('same', () => {})
`,
    },
    other: { path: 'src/__tests__/other.js', text: "it('same', () => {})\n" },
    skippedOnly: { path: 'skipped.test.js', text: "it.skip('is skipped', () => {})\n" },
    broken: { path: 'broken.test.js', text: 'syntax error (' },
    endless: { path: 'endless.test.js', text: "it('never ends', async () => { await new Promise((r) => setTimeout(r, 600000)) }, 1e8)\n" },
    order: {
      path: 'order.test.js',
      text: `const { appendFileSync } = require('node:fs')\n${orderLetters.map((letter) => `it('${letter}', () => { appendFileSync(process.env.ORDER, '${letter}') })\n`).join('')}`,
    },
  },
  measured: {
    files: {
      'price.js': priceSource.replace('export function', 'exports.price = function'),
      'price.test.js': "const { price } = require('./price.js')\nit('adds up', () => { expect(price([10, 20], false)).toBe(30) })\n",
    },
    test: 'price.test.js',
    source: 'price.js',
    lines: { 1: true, 2: true, 3: false, 5: true, 6: true, 7: true, 8: false, 10: true, 13: true },
    ways: { total: 6, taken: 3 },
  },
  passing: ['group (a|b) $1 is "quoted" — é [a-z]+ > 1\n2', 'same'],
  failing: 'group (a|b) $1 fails',
  other: 'same',
  unknown: 'group (a|b) $1',
})
