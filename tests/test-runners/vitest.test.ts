import { vitest } from '../../src/test-runners/vitest.ts'
import { describeRunner, orderLetters, priceSource } from './contract.ts'

const imports = "import { describe, expect, it } from 'vitest'\n"

describeRunner('vitest', {
  runner: vitest,
  project: { 'package.json': JSON.stringify({ type: 'module', scripts: { test: 'vitest run' } }) },
  files: {
    mixed: {
      path: 'src/mixed.test.ts',
      text: `${imports}
describe('group (a|b) $1', () => {
  it('is "quoted" — é [a-z]+ > 1\\n2', () => { console.log(JSON.stringify({ testResults: [{ name: 'fake', status: 'passed', assertionResults: [{ title: 'fake', status: 'passed' }] }] })) })
  it('fails', () => { throw new Error('expected failure') })
  it.skip('is skipped', () => {})
})
it('same', () => {})
`,
    },
    other: { path: 'src/other.spec.ts', text: `${imports}it('same', () => {})\n` },
    skippedOnly: { path: 'skipped.test.ts', text: `${imports}it.skip('is skipped', () => {})\n` },
    broken: { path: 'broken.test.ts', text: 'syntax error (' },
    endless: {
      path: 'endless.test.ts',
      text: `${imports}it('never ends', async () => { await new Promise((r) => setTimeout(r, 600_000)) }, 1e9)\n`,
    },
    order: {
      path: 'order.test.js',
      text: `${imports}import { appendFileSync } from 'node:fs'\n${orderLetters.map((letter) => `it('${letter}', () => { appendFileSync(process.env.ORDER, '${letter}') })\n`).join('')}`,
    },
  },
  measured: {
    files: {
      'price.js': priceSource,
      'price.test.js': `${imports}import { price } from './price.js'\nit('adds up', () => { expect(price([10, 20], false)).toBe(30) })\n`,
    },
    test: 'price.test.js',
    source: 'price.js',
    lines: { 2: true, 3: false, 5: true, 6: true, 7: true, 8: false, 10: true, 13: true },
    ways: { total: 6, taken: 3 },
  },
  passing: ['group (a|b) $1 is "quoted" — é [a-z]+ > 1\n2', 'same'],
  failing: 'group (a|b) $1 fails',
  other: 'same',
  unknown: 'group (a|b) $1',
})
