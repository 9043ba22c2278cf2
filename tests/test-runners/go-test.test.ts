import { describe, expect, it } from 'vitest'
import { goTest } from '../../src/test-runners/go-test.ts'
import { projectOf, runOnHost } from '../helpers/linter-runner.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { describeRunner, orderLetters } from './contract.ts'
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
    order: {
      path: 'order/order_test.go',
      text: `package order\n\nimport (\n\t"os"\n\t"testing"\n)\n
func note(letter string) {
	file, _ := os.OpenFile(os.Getenv("ORDER"), os.O_APPEND|os.O_WRONLY, 0o600)
	file.WriteString(letter)
	file.Close()
}

${orderLetters.map((letter) => `func Test${letter.toUpperCase()}(t *testing.T) { note("${letter}") }\n`).join('')}`,
    },
  },
  measured: {
    files: {
      'price.go': `package demo

func Price(items []int, isMember bool) int {
	if len(items) == 0 {
		return 0
	}
	sum := 0
	for _, item := range items {
		if item > 100 {
			sum += item / 2
		} else {
			sum += item
		}
	}
	if isMember {
		sum -= 5
	}
	return sum
}
`,
      'price_test.go':
        'package demo\n\nimport "testing"\n\nfunc TestPrice(t *testing.T) {\n\tif Price([]int{10, 20}, false) != 30 {\n\t\tt.Fatal("no")\n\t}\n}\n',
    },
    test: 'price_test.go',
    source: 'price.go',
    // Go tells blocks from the brace that opens them to the one that closes them.
    lines: {
      3: true,
      4: true,
      5: false,
      6: false,
      7: true,
      8: true,
      9: true,
      10: false,
      11: true,
      12: true,
      13: true,
      15: true,
      16: false,
      17: false,
      18: true,
    },
    ways: null,
  },
  passing: ['TestGroup', 'TestSame'],
  failing: 'TestFails',
  other: 'TestSame',
  unknown: 'TestGrou',
  environment: goEnvironment(),
  timeout: 6_000,
  isMissing: ask('go', 'version') === null,
})

describe.skipIf(ask('go', 'version') === null && process.env.CI !== 'true')(
  'one of several tests in a test of Go',
  { timeout: 120_000 },
  () => {
    it('is run with the one around it, whatever its name holds', async () => {
      const names = [String.raw`it's "(a|b)" $1 é`, 'a/b', String.raw`line\nbreak`, 'other']
      const text = `package demo\n\nimport "testing"\n\nfunc TestGroup(t *testing.T) {\n${names.map((name) => `\tt.Run(${name.includes('line') ? `"${name}"` : `\`${name}\``}, func(t *testing.T) {})\n`).join('')}}\n`
      using folder = temporaryFolder({ 'go.mod': 'module example.com/demo\n\ngo 1.21\n', 'a_test.go': text })
      const project = projectOf(folder.path)
      const [use] = await goTest.detect(project)
      const request = { files: ['a_test.go'], readText: project.read, timeout: 60_000, signal: new AbortController().signal }
      const run = runOnHost(folder.path, goEnvironment())
      const namesOf = async (name?: string) => {
        const outcome = await goTest.test(use!, { ...request, run, ...(name === undefined ? {} : { name }) })
        return outcome.status === 'ran' ? outcome.tests.map((test) => test.name) : outcome.reason
      }
      const [group = '', ...all] = await namesOf()
      expect(all).toHaveLength(names.length)
      for (const name of all.slice(0, 3)) expect(await namesOf(name)).toEqual(expect.arrayContaining([group, name]))
    })
  },
)
