import { expect, it, onTestFinished } from 'vitest'
import { takeBaseline } from '../../../src/tasks/generate-tests/baseline.ts'
import { prove } from '../../../src/tasks/generate-tests/prove.ts'
import { tryBwrap } from '../../../src/workspace/sandbox/bwrap-sandbox.ts'
import { candidateOf, proofScene } from './proof-scene.ts'

const surroundings = { environment: { PATH: process.env.PATH ?? '' }, signal: new AbortController().signal }
const reason = await tryBwrap(surroundings).then(
  () => null,
  (error: Error) => error.message,
)

const source = 'export function half(value) {\n  if (value < 0) {\n    return 0\n  }\n  return value / 2\n}\n'
const suite = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { half } from './half.js'
test('halves', () => { assert.equal(half(4), 2) })
`

it.skipIf(reason !== null && process.env.CI !== 'true')(`proves in a sandbox ${reason ?? ''}`, { timeout: 120_000 }, async () => {
  const manifest = JSON.stringify({ name: 'demo', type: 'module', scripts: { test: 'node --test' } })
  const files = { 'package.json': manifest, 'half.js': source, 'half.test.js': suite }
  const scene = await proofScene(files, { sandbox: 'bwrap', packages: [] })
  onTestFinished(scene.close)
  const baseline = await takeBaseline(scene.place)
  const target = { path: 'half.js', name: 'half', startLine: 1, endLine: 6, missing: { lines: [], branches: [] }, survivors: new Map() }
  const use = { runner: 'node-test', directory: '.', program: ['node'] }
  const dial =
    "const { connect: dial } = await import('node:net')\nawait new Promise((done, fail) => dial(80, 'example.com').on('error', fail).on('connect', done))\n"
  const candidates = ['', dial, "const fs = await import('node:fs')\nfs.writeFileSync('left.txt', '')\n"].map((before, index) =>
    candidateOf({
      target,
      use,
      path: 'half.test.js',
      base: suite,
      test: `test('is ${index}', async () => {\n${before}assert.equal(half(-1), 0)\n})\n`,
      names: [`is ${index}`],
    }),
  )
  const { verdicts } = await prove(candidates, { ...scene.place, baseline, repeat: 1 })
  expect(verdicts.map((verdict) => (verdict.status === 'rejected' ? verdict.reason : verdict.status))).toEqual([
    'kept',
    'It opens the network, which tests do not have.',
    'It leaves files behind: added left.txt.',
  ])
})
