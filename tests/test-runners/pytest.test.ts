import { pytest } from '../../src/test-runners/pytest.ts'
import { describeRunner } from './contract.ts'
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
  },
  passing: [`TestGroup::test_odd[it's (a|b) [x] "q"]`, 'test_same'],
  failing: 'test_fails',
  other: 'test_same',
  unknown: 'test_nothing',
  environment: { PATH: pathWithTools },
  isMissing: ask('pytest', '--version') === null,
})
