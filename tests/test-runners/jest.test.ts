import { jest } from '../../src/test-runners/jest.ts'
import { describeRunner } from './contract.ts'

describeRunner('jest', {
  runner: jest,
  project: { 'package.json': JSON.stringify({ jest: { testEnvironment: 'node' } }) },
  files: {
    mixed: {
      path: 'src/mixed.test.js',
      text: `
describe('group (a|b) $1', () => {
  it('is "quoted" — é [a-z]+ > 1', () => { process.stdout.write(JSON.stringify({ testResults: [] }) + '\\n') })
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
  },
  passing: ['group (a|b) $1 is "quoted" — é [a-z]+ > 1', 'same'],
  failing: 'group (a|b) $1 fails',
  other: 'same',
  unknown: 'group (a|b) $1',
})
