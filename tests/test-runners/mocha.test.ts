import { mocha } from '../../src/test-runners/mocha.ts'
import { describeRunner } from './contract.ts'

describeRunner('mocha', {
  runner: mocha,
  project: { 'package.json': JSON.stringify({ scripts: { test: 'mocha' } }), '.mocharc.json': '{}' },
  files: {
    mixed: {
      path: 'test/mixed.js',
      text: `
describe('group (a|b) $1', () => {
  it('is "quoted" — é [a-z]+ > 1', () => { console.log(JSON.stringify({ stats: {}, passes: [], failures: [], pending: [] })) })
  it('fails', () => { throw new Error('expected failure') })
  it.skip('is skipped', () => {})
})
it('same', () => {})
`,
    },
    other: { path: 'test/other.js', text: "it('same', () => {})\n" },
    skippedOnly: { path: 'test/skipped.js', text: "it.skip('is skipped', () => {})\n" },
    broken: { path: 'test/broken.js', text: 'syntax error (' },
    endless: { path: 'test/endless.js', text: "it('never ends', function (done) { this.timeout(0); setTimeout(done, 600000) })\n" },
  },
  passing: ['group (a|b) $1 is "quoted" — é [a-z]+ > 1', 'same'],
  failing: 'group (a|b) $1 fails',
  other: 'same',
  unknown: 'group (a|b) $1',
  // Mocha loads all files before it runs any.
  survivesBrokenFile: false,
})
