import { expect, it, onTestFinished } from 'vitest'
import { lints } from '../../../src/tasks/generate-tests/filters/lint.ts'
import type { Trial } from '../../../src/tasks/generate-tests/trial.ts'
import { candidateOf, proofScene } from './proof-scene.ts'

const files = {
  'package.json': JSON.stringify({ name: 'demo', type: 'module', devDependencies: { typescript: '*', eslint: '*' } }),
  'tsconfig.json': JSON.stringify({ compilerOptions: { strict: true, noEmit: true, module: 'nodenext', types: [] }, include: ['*.ts'] }),
  'eslint.config.js': "export default [{ files: ['**/*.js'], rules: { 'no-var': 'error', 'no-unreachable': 'error' } }]\n",
  'price.ts': 'export const price = (amount: number): number => amount * 10\n',
  // What is wrong already is nobody else's fault.
  'price.test.ts': "import { price } from './price.js'\nexport const old: string = price(1)\n",
  'plain.test.js': 'export {}\n',
}

it('holds new tests against what the tools of the project say, all by one start of each', { timeout: 120_000 }, async () => {
  const scene = await proofScene(files)
  onTestFinished(scene.close)
  const target = { path: 'price.ts', name: 'price', startLine: 1, endLine: 1, missing: { lines: [], branches: [] }, survivors: new Map() }
  const use = { runner: 'vitest', directory: '.', program: ['vitest'] }
  const trialOf = (path: keyof typeof files, test: string): Trial => {
    const candidate = candidateOf({ target, use, path, base: files[path], test, names: [] })
    return { candidate, alone: candidate.text, names: [], gained: { lines: [], branches: [] }, killed: [] }
  }
  const trials = [
    trialOf('price.test.ts', 'export const good: number = price(2)\n'),
    trialOf('price.test.ts', "export const bad: number = price('2')\n"),
    trialOf('plain.test.js', 'export function a() {\n  return 1\n  a()\n}\n'),
    // A tool can repair it by itself.
    trialOf('plain.test.js', 'export function a() {\n  var one = 1\n  return one\n}\n'),
  ]
  const baseline = { executed: [], coverage: null, durationMs: 1 }
  const rejections = await lints.judge(trials, { ...scene.place, baseline, repeat: 1 })
  expect(trials.map((trial) => rejections.get(trial)?.reason ?? null)).toEqual([
    null,
    expect.stringMatching(/^tsc complains: Argument of type 'string' is not assignable/),
    expect.stringMatching(/^eslint complains: Unreachable code/),
    null,
  ])
  expect(rejections.get(trials[1]!)?.feedback).toContain("export const bad: number = price('2')")
  expect(await scene.place.benches[0].transaction.changes()).toMatchObject({ files: [] })
})
