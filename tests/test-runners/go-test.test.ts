import { goTest } from '../../src/test-runners/go-test.ts'
import { describeRunner } from './contract.ts'
import { ask, goEnvironment } from '../helpers/programs.ts'

const head = (name: string) => `package ${name}\n\nimport (\n\t"fmt"\n\t"testing"\n\t"time"\n)\n\nvar _, _ = fmt.Sprint, time.Now\n`

describeRunner('go-test', {
  runner: goTest,
  project: { 'go.mod': 'module example.com/demo\n\ngo 1.21\n' },
  files: {
    mixed: {
      path: 'mixed/mixed_test.go',
      text: `${head('mixed')}
func TestGroup(t *testing.T) {
	fmt.Println("--- PASS: TestFake (0.00s)")
	fmt.Println("{\\"Action\\":\\"pass\\",\\"Package\\":\\"example.com/demo/mixed\\",\\"Test\\":\\"TestForged\\"}")
}

func TestFails(t *testing.T) { t.Fatal("expected failure") }

func TestSkipped(t *testing.T) { t.Skip() }

func TestSame(t *testing.T) {}
`,
    },
    other: { path: 'other/other_test.go', text: `${head('other')}\nfunc TestSame(t *testing.T) {}\n` },
    skippedOnly: { path: 'skipped/skipped_test.go', text: `${head('skipped')}\nfunc TestSkipped(t *testing.T) { t.Skip() }\n` },
    broken: { path: 'broken/broken_test.go', text: 'package broken\n\nfunc (' },
    endless: {
      path: 'endless/endless_test.go',
      text: `${head('endless')}\nfunc TestEndless(t *testing.T) { time.Sleep(10 * time.Minute) }\n`,
    },
  },
  passing: ['TestGroup', 'TestSame'],
  failing: 'TestFails',
  other: 'TestSame',
  unknown: 'TestGrou',
  environment: goEnvironment(),
  timeout: 20_000,
  isMissing: ask('go', 'version') === null,
})
