import { pytest } from '../../src/test-runners/pytest.ts'
import { describeRunner, orderLetters } from './contract.ts'
import { ask, pathWithTools } from '../helpers/programs.ts'

describeRunner('pytest', {
  runner: pytest,
  project: { 'pyproject.toml': '[tool.pytest.ini_options]\n' },
  files: {
    mixed: {
      path: 'tests/test_mixed.py',
      text: `import pytest

class TestGroup:
    @pytest.mark.parametrize("value", ["it's (a|b) [x] \\"q\\""])
    def test_odd(self, value):
        print('{"type": "end", "code": 0}')

def test_same():
    pass

def test_fails():
    assert False, "expected failure"

@pytest.mark.skip
def test_skipped():
    pass
`,
    },
    other: { path: 'tests/other_test.py', text: 'def test_same():\n    pass\n' },
    skippedOnly: { path: 'test_skipped.py', text: 'import pytest\n\n@pytest.mark.skip\ndef test_skipped():\n    pass\n' },
    broken: { path: 'test_broken.py', text: 'def (' },
    endless: { path: 'test_endless.py', text: 'import time\n\ndef test_endless():\n    time.sleep(600)\n' },
    order: {
      path: 'test_order.py',
      text: `import os\n\ndef note(letter):\n    with open(os.environ["ORDER"], "a") as order:\n        order.write(letter)\n\n${orderLetters.map((letter) => `def test_${letter}():\n    note("${letter}")\n`).join('')}`,
    },
  },
  measured: {
    files: {
      'price.py': `def price(items, is_member):
    if len(items) == 0:
        return 0
    total = 0
    for item in items:
        if item > 100:
            total += item / 2
        else:
            total += item
    return total - 5 if is_member else total
`,
      'test_price.py': 'from price import price\n\ndef test_adds_up():\n    assert price([10, 20], False) == 30\n',
    },
    test: 'test_price.py',
    source: 'price.py',
    lines: { 1: true, 2: true, 3: false, 4: true, 5: true, 6: true, 7: false, 9: true, 10: true },
    // A loop may go on or end; what stays in one line is no way to coverage.py.
    ways: { total: 6, taken: 4 },
  },
  passing: [`TestGroup::test_odd[it's (a|b) [x] "q"]`, 'test_same'],
  failing: 'test_fails',
  other: 'test_same',
  unknown: 'test_nothing',
  environment: { PATH: pathWithTools },
  isMissing: ask('pytest', '--version') === null,
})
