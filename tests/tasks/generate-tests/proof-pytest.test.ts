import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { takeBaseline } from '../../../src/tasks/generate-tests/baseline.ts'
import { prove } from '../../../src/tasks/generate-tests/prove.ts'
import type { Candidate, Target } from '../../../src/tasks/generate-tests/target.ts'
import type { Verdict } from '../../../src/tasks/generate-tests/verdict.ts'
import { ask } from '../../helpers/programs.ts'
import { candidateOf, type ProofScene, proofScene, targetIn } from './proof-scene.ts'

const source = `_calls = 0


def count():
    global _calls
    _calls += 1
    return _calls


def double(amount):
    return amount * 2


def price(amount, member):
    if amount < 0:
        raise ValueError("amount")
    if amount == 0:
        return 0
    if member and amount >= 10:
        return amount * 10 - 5
    return amount * 10
`
const suite = `from shop import count, double, price


def test_counts():
    assert count() == 1


def test_price():
    assert price(1, False) == 10
`
const files = { 'pyproject.toml': '[tool.pytest.ini_options]\npythonpath = ["."]\n', 'shop.py': source, 'test_shop.py': suite }
const use = { runner: 'pytest', directory: '.', program: ['pytest'] }

interface Case {
  name: string
  body: string
  of?: 'double' | 'price'
  /** In front of \`def\`. */
  mark?: string
  says: [filter: string, reason: RegExp] | 'kept'
}

const cases: Record<string, Case> = {
  'a name that nothing matches': { name: 'checks_price', body: 'assert price(0, False) == 0', says: ['execute', /not executed/] },
  'a tautology': { name: 'test_tautology', body: 'two = 2\n    assert two + 0 == 2', says: ['assert', /values of its own/] },
  'one that holds for everything': {
    name: 'test_anything',
    body: 'assert type(double(2)).__name__ in ("int", "float", "NoneType")',
    of: 'double',
    says: ['mutant', /passes whatever that does/],
  },
  'one about mocks only': {
    name: 'test_mocks',
    body: 'from unittest.mock import Mock\n    buy = Mock(return_value=7)\n    assert buy() == 7\n    buy.assert_called_once_with()',
    says: ['assert', /only at its own mocks/],
  },
  'a target that is replaced': {
    name: 'test_replaced',
    body: 'from unittest.mock import patch\n    with patch("shop.price") as fake:\n        fake.return_value = 3\n        assert price(0, False) == 0',
    says: ['assert', /replaces price by a mock/],
  },
  'one that comes and goes': {
    name: 'test_flaky',
    body: 'import os\n    assert price(0, False) == 0\n    assert os.environ.get("TZ") != "Asia/Kolkata"',
    says: ['stable', /does not pass every time/],
  },
  'one that depends on the order': {
    name: 'test_order',
    body: 'assert price(0, True) == 0\n    assert count() == 2',
    says: ['stable', /only after other tests/],
  },
  'a snapshot': {
    name: 'test_snapshot',
    body: 'snapshot = count\n    snapshot.assert_match(price(0, True), "x")',
    says: ['side-effect', /snapshot/],
  },
  'the network': {
    name: 'test_network',
    body: 'import urllib.request\n    urllib.request.urlopen("http://127.0.0.1:9/")\n    assert price(0, True) == 0',
    says: ['side-effect', /network \(urllib\.request\.urlopen\)/],
  },
  'a leftover file': {
    name: 'test_leftover',
    body: 'open("left.txt", "w").close()\n    assert price(0, True) == 0',
    says: ['side-effect', /leaves files behind: added left\.txt/],
  },
  'an edit of the source': {
    name: 'test_edits',
    body: 'with open("shop.py", "a") as file:\n        file.write("# x")\n    assert price(0, True) == 0',
    says: ['side-effect', /changes files of the repository: modified shop\.py/],
  },
  'a skipped one': {
    name: 'test_skipped',
    mark: 'import pytest\n\n\n@pytest.mark.skip\n',
    body: 'assert price(0, True) == 0',
    says: ['execute', /not executed: it is skipped/],
  },
  'a name that is taken': { name: 'test_price', body: 'assert price(0, True) == 0', says: ['side-effect', /name is that of another test/] },
  'a syntax error': { name: 'test_syntax', body: 'assert price(0, True == 0', says: ['parse', /does not parse/] },
  'a wrong import': {
    name: 'test_imports',
    mark: 'from shops import price as other\n\n\n',
    body: 'assert other(0, True) == 0',
    says: ['execute', /import of it fails/],
  },
  'one that never ends': {
    name: 'test_endless',
    body: 'while price(0, True) == 0:\n        pass\n    assert price(0, True) == 0',
    says: ['execute', /does not end/],
  },
  'a value that the code does not return': {
    name: 'test_discount',
    body: 'assert price(12, True) == 100',
    says: ['execute', /It fails: .*115 == 100/],
  },
  'a negative amount': {
    name: 'test_negative',
    mark: 'import pytest\n\n\n',
    body: 'with pytest.raises(ValueError):\n        price(-1, False)',
    says: 'kept',
  },
  'no amount': { name: 'test_none', body: 'assert price(0, False) == 0', says: 'kept' },
  'a discount': { name: 'test_member', body: 'assert price(12, True) == 115', says: 'kept' },
  'a limit': { name: 'test_limit', body: 'assert price(10, True) == 95', says: 'kept' },
  'a discount for members only': { name: 'test_others', body: 'assert price(12, False) == 120', says: 'kept' },
  'a member below the limit': { name: 'test_few', body: 'assert price(9, True) == 90', says: 'kept' },
  'the same once more': { name: 'test_again', body: 'assert price(0, False) == 0', says: ['gain', /adds nothing to another new test/] },
}

describe.skipIf(ask('pytest', '--version') === null && process.env.CI !== 'true')('new tests for pytest', { timeout: 300_000 }, () => {
  let scene: ProofScene
  let verdicts: readonly Verdict[]
  let targets: Record<'double' | 'price', Target>
  const written = ({ name, body, mark = '', of = 'price' }: Case): Candidate =>
    candidateOf({
      target: targets[of],
      use,
      path: 'test_shop.py',
      base: suite,
      test: `\n\n${mark}def ${name}():\n    ${body}\n`,
      names: [name],
    })

  beforeAll(async () => {
    scene = await proofScene(files, { commandTimeout: 20_000 })
    const baseline = await takeBaseline(scene.place)
    targets = {
      double: await targetIn(scene, baseline, { path: 'shop.py', name: 'double', startLine: 10, endLine: 11 }),
      price: await targetIn(scene, baseline, { path: 'shop.py', name: 'price', startLine: 14, endLine: 21 }),
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
