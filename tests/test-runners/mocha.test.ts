import { mkdirSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { mocha } from '../../src/test-runners/mocha.ts'
import { projectOf, runOnHost } from '../helpers/linter-runner.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { describeRunner, orderLetters, priceSource } from './contract.ts'

describeRunner('mocha', {
  runner: mocha,
  project: { 'package.json': JSON.stringify({ scripts: { test: 'mocha' } }), '.mocharc.json': '{}' },
  files: {
    mixed: {
      path: 'test/mixed.js',
      text: `
describe('group (a|b) $1', () => {
  it('is "quoted" — é [a-z]+ > 1\\n2', () => { console.log(JSON.stringify({ stats: {}, passes: [], failures: [], pending: [] })) })
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
    order: {
      path: 'test/order.js',
      text: `const { appendFileSync } = require('node:fs')\n${orderLetters.map((letter) => `it('${letter}', () => { appendFileSync(process.env.ORDER, '${letter}') })\n`).join('')}`,
    },
  },
  // To V8 a line is executed unless all of it was not, and its ways are the function and the blocks in it.
  measured: {
    files: {
      'price.js': priceSource.replace('export function', 'exports.price = function'),
      'test/price.js':
        "const { price } = require('../price.js')\nit('adds up', () => { if (price([10, 20], false) !== 30) throw new Error('no') })\n",
    },
    test: 'test/price.js',
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
  unknown: 'group (a|b) $1',
  // Mocha loads all files before it runs any.
  survivesBrokenFile: false,
})

it('does not know what Mocha executes where the project has no c8', { timeout: 60_000 }, async () => {
  using folder = temporaryFolder({ 'package.json': '{"scripts":{"test":"mocha"}}', 'test/a.js': "it('passes', () => {})\n" })
  mkdirSync(join(folder.path, 'node_modules/.bin'), { recursive: true })
  symlinkSync(resolve('node_modules/mocha/bin/mocha.js'), join(folder.path, 'node_modules/.bin/mocha'))
  const project = projectOf(folder.path)
  const [use] = await mocha.detect(project)
  const outcome = await mocha.test(use!, {
    files: [],
    measures: true,
    readText: (path) => project.read(path),
    run: runOnHost(folder.path),
    timeout: 60_000,
    signal: new AbortController().signal,
  })
  expect(outcome).toMatchObject({ status: 'ran', tests: [{ name: 'passes' }], coverage: null })
})
