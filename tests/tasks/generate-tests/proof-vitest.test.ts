import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { takeBaseline } from '../../../src/tasks/generate-tests/baseline.ts'
import { prove } from '../../../src/tasks/generate-tests/prove.ts'
import type { Candidate, Target } from '../../../src/tasks/generate-tests/target.ts'
import { mutantId } from '../../../src/tasks/generate-tests/survey.ts'
import { mutantsOf } from '../../../src/mutators/mutate-text.ts'
import type { Verdict } from '../../../src/tasks/generate-tests/verdict.ts'
import { candidateOf, type ProofScene, proofScene } from './proof-scene.ts'

const source = `let calls = 0

export function count() {
  calls += 1
  return calls
}

export function double(amount) {
  return amount * 2
}

export function price(amount, member) {
  if (amount < 0) {
    throw new RangeError('amount')
  }
  if (amount === 0) {
    return 0
  }
  if (member && amount >= 10) {
    return amount * 10 - 5
  }
  return amount * 10
}
`
/** That of the discount, in which no test notices a defect. */
const limitLine = 19
const suite = `import { expect, it, vi } from 'vitest'
import { count, double, price } from './price.js'

it('counts', () => {
  expect(count()).toBe(1)
})

it('has a price', () => {
  expect(price(1, false)).toBe(10)
})
`
const files = {
  'package.json': JSON.stringify({ name: 'demo', type: 'module', scripts: { test: 'vitest run' }, devDependencies: { vitest: '*' } }),
  'src/price.js': source,
  'src/price.test.js': suite,
}
const use = { runner: 'vitest', directory: '.', program: ['node_modules/.bin/vitest'] }

interface Case {
  name: string
  body: string
  /** Whole instead of in \`it\`. */
  whole?: string
  of?: 'double'
  says: [filter: string, reason: RegExp] | 'kept'
}

const cases: Record<string, Case> = {
  'a name that nothing matches': {
    name: 'is never found',
    body: '',
    whole: "\nexport const later = () => it('is never found', () => { expect(price(2, false)).toBe(20) })\n",
    says: ['execute', /not executed/],
  },
  'a tautology': { name: 'tautology', body: 'const two = 2\n  expect(two + 0).toBe(2)', says: ['assert', /values of its own/] },
  'one that holds for everything': {
    name: 'anything',
    body: "expect(['number', 'undefined']).toContain(typeof double(2))",
    of: 'double',
    says: ['mutant', /passes whatever that does/],
  },
  'one about mocks only': {
    name: 'mocks',
    body: 'const buy = vi.fn(() => 7)\n  expect(buy()).toBe(7)\n  expect(buy).toHaveBeenCalledTimes(1)',
    says: ['assert', /only at its own mocks/],
  },
  'one that comes and goes': {
    name: 'flaky',
    body: "expect(price(0, false)).toBe(0)\n  expect(process.env.TZ).not.toBe('Asia/Kolkata')",
    says: ['stable', /does not pass every time/],
  },
  'one that depends on the order': {
    name: 'order',
    body: 'expect(price(0, true)).toBe(0)\n  expect(count()).toBe(2)',
    says: ['stable', /only after other tests/],
  },
  'a snapshot': { name: 'snapshot', body: 'expect(price(0, true)).toMatchSnapshot()', says: ['side-effect', /snapshot/] },
  'the network': {
    name: 'network',
    body: "await fetch('http://127.0.0.1:9/')\n  expect(price(0, true)).toBe(0)",
    says: ['side-effect', /network \(fetch\)/],
  },
  'a leftover file': {
    name: 'leftover',
    body: "const { writeFileSync } = await import('node:fs')\n  writeFileSync('left.txt', 'x')\n  expect(price(0, true)).toBe(0)",
    says: ['side-effect', /leaves files behind: added left\.txt/],
  },
  'an edit of the source': {
    name: 'edits',
    body: "const { appendFileSync } = await import('node:fs')\n  appendFileSync('src/price.js', '// x')\n  expect(price(0, true)).toBe(0)",
    says: ['side-effect', /changes files of the repository: modified src\/price\.js/],
  },
  'a skipped one': {
    name: 'skipped',
    body: '',
    whole: "\nit.skip('skipped', () => {\n  expect(price(0, true)).toBe(0)\n})\n",
    says: ['execute', /not executed: it is skipped/],
  },
  'a name that is taken': {
    name: 'has a price',
    body: 'expect(price(0, true)).toBe(0)',
    says: ['side-effect', /name is that of another test/],
  },
  'a syntax error': { name: 'syntax', body: 'expect(price(0, true).toBe(0', says: ['parse', /does not parse/] },
  'a wrong import': {
    name: 'imports',
    body: "const { price: other } = await import('./prices.js')\n  expect(other(0, true)).toBe(0)",
    says: ['execute', /import of it fails/],
  },
  'one that never ends': {
    name: 'endless',
    body: 'while (price(0, true) === 0) {}\n  expect(price(0, true)).toBe(0)',
    says: ['execute', /does not end/],
  },
  'a value that the code does not return': {
    name: 'discount',
    body: 'expect(price(12, true)).toBe(100)',
    says: ['execute', /It fails: .*115 to be 100/],
  },
  'a negative amount': { name: 'negative', body: 'expect(() => price(-1, false)).toThrow(RangeError)', says: 'kept' },
  'no amount': { name: 'none', body: 'expect(price(0, false)).toBe(0)', says: 'kept' },
  'a discount': { name: 'member', body: 'expect(price(12, true)).toBe(115)', says: 'kept' },
  'a limit': { name: 'limit', body: 'expect(price(10, true)).toBe(95)', says: 'kept' },
  'a discount for members only': { name: 'others', body: 'expect(price(12, false)).toBe(120)', says: 'kept' },
  'a member below the limit': { name: 'few', body: 'expect(price(9, true)).toBe(90)', says: 'kept' },
  'the same once more': { name: 'again', body: 'expect(price(0, false)).toBe(0)', says: ['gain', /adds nothing to another new test/] },
}

describe('new tests for Vitest', { timeout: 300_000 }, () => {
  let scene: ProofScene
  let verdicts: readonly Verdict[]
  let targets: Record<'double' | 'price', Target>
  const written = (one: Case): Candidate =>
    candidateOf({
      target: targets[one.of ?? 'price'],
      use,
      path: 'src/price.test.js',
      base: suite,
      test: one.whole ?? `\nit('${one.name}', async () => {\n  ${one.body}\n})\n`,
      names: [one.name],
    })

  beforeAll(async () => {
    scene = await proofScene(files, { commandTimeout: 20_000 })
    const baseline = await takeBaseline(scene.place)
    const path = 'src/price.js'
    const mutants = (await mutantsOf(source, path, (line) => line === limitLine)) ?? []
    const survivors = new Map(mutants.map((mutant) => [mutantId(path, mutant), mutant]))
    const missing = { lines: [13, 16, 19], branches: [] }
    targets = {
      double: { path, name: 'double', startLine: 8, endLine: 10, missing: { lines: [9], branches: [] }, survivors: new Map() },
      price: { path, name: 'price', startLine: 12, endLine: 23, missing, survivors },
    }
    const proof = await prove(Object.values(cases).map(written), { ...scene.place, baseline, repeat: 2 })
    verdicts = proof.verdicts
  }, 300_000)
  afterAll(() => scene.close())

  it.each(Object.entries(cases).map(([what, one], index) => [what, one, index] as const))('judge %s', (_what, { says }, index) => {
    const verdict = verdicts[index]!
    if (says === 'kept') return expect(verdict).toMatchObject({ status: 'kept' })
    expect(verdict.status === 'rejected' ? [verdict.filter, verdict.reason] : verdict).toEqual([says[0], expect.stringMatching(says[1])])
  })
})
