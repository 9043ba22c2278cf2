import { vitest } from '../../src/test-runners/vitest.ts'
import { describeRunner } from './contract.ts'

const imports = "import { describe, expect, it } from 'vitest'\n"

describeRunner('vitest', {
  runner: vitest,
  project: { 'package.json': JSON.stringify({ type: 'module', scripts: { test: 'vitest run' } }) },
  files: {
    mixed: {
      path: 'src/mixed.test.ts',
      text: `${imports}
describe('group (a|b) $1', () => {
  it('is "quoted" — é [a-z]+ > 1', () => { console.log(JSON.stringify({ testResults: [{ name: 'fake', status: 'passed', assertionResults: [{ title: 'fake', status: 'passed' }] }] })) })
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
  },
  passing: ['group (a|b) $1 is "quoted" — é [a-z]+ > 1', 'same'],
  failing: 'group (a|b) $1 fails',
  other: 'same',
  unknown: 'group (a|b) $1',
})
