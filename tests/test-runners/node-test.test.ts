import { nodeTest } from '../../src/test-runners/node-test.ts'
import { describeRunner, orderLetters, priceSource } from './contract.ts'

const imports = "import { describe, it } from 'node:test'\n"

describeRunner('node-test', {
  runner: nodeTest,
  project: { 'package.json': JSON.stringify({ type: 'module', scripts: { test: 'node --test' } }) },
  files: {
    mixed: {
      path: 'test/mixed.test.js',
      text: `${imports}
describe('group (a|b) $1', () => {
  it('is "quoted" — é [a-z]+ > 1\\n2', () => { console.log(JSON.stringify({ type: 'test:pass', name: 'fake', nesting: 0 })) })
  it('fails', () => { throw new Error('expected failure') })
  it.skip('is skipped', () => {})
})
it('same', () => {})
`,
    },
    other: { path: 'test/other.js', text: `${imports}it('same', () => {})\n` },
    skippedOnly: { path: 'skipped.test.js', text: `${imports}it.skip('is skipped', () => {})\n` },
    broken: { path: 'broken.test.js', text: 'syntax error (' },
    endless: {
      path: 'endless.test.js',
      text: `${imports}it('never ends', async () => { await new Promise((r) => setTimeout(r, 600_000)) })\n`,
    },
    order: {
      path: 'order.test.js',
      text: `${imports}import { appendFileSync } from 'node:fs'\n${orderLetters.map((letter) => `it('${letter}', () => { appendFileSync(process.env.ORDER, '${letter}') })\n`).join('')}`,
    },
  },
  // To V8 a line is executed unless all of it was not, and its ways are the function and the blocks in it.
  measured: {
    files: {
      'price.js': priceSource,
      'price.test.js': `${imports}import { price } from './price.js'\nit('adds up', () => { if (price([10, 20], false) !== 30) throw new Error('no') })\n`,
    },
    test: 'price.test.js',
    source: 'price.js',
    lines: {
      1: true,
      2: true,
      3: false,
      4: false,
      5: true,
      6: true,
      7: true,
      8: false,
      9: true,
      10: true,
      11: true,
      12: true,
      13: true,
      14: true,
    },
    ways: { total: 6, taken: 3 },
  },
  passing: ['group (a|b) $1 is "quoted" — é [a-z]+ > 1\n2', 'same'],
  failing: 'group (a|b) $1 fails',
  other: 'same',
  unknown: 'nothing has this name',
})
