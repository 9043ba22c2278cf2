import { nodeTest } from '../../src/test-runners/node-test.ts'
import { describeRunner } from './contract.ts'

const imports = "import { describe, it } from 'node:test'\n"

describeRunner('node-test', {
  runner: nodeTest,
  project: { 'package.json': JSON.stringify({ type: 'module', scripts: { test: 'node --test' } }) },
  files: {
    mixed: {
      path: 'test/mixed.test.js',
      text: `${imports}
describe('group (a|b) $1', () => {
  it('is "quoted" — é [a-z]+ > 1', () => { console.log(JSON.stringify({ type: 'test:pass', name: 'fake', nesting: 0 })) })
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
  },
  passing: ['group (a|b) $1 is "quoted" — é [a-z]+ > 1', 'same'],
  failing: 'group (a|b) $1 fails',
  other: 'same',
  unknown: 'nothing has this name',
})
