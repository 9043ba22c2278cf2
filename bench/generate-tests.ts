import { writeFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { takeBaseline } from '../src/tasks/generate-tests/baseline.ts'
import { prove } from '../src/tasks/generate-tests/prove.ts'
import type { Candidate, Target } from '../src/tasks/generate-tests/target.ts'
import { candidateOf, proofScene, targetIn } from '../tests/tasks/generate-tests/proof-scene.ts'

/**
 * What it saves to prove many new tests at once: the same candidates together, and one after the other, by the same filters with real pytest.
 * Of ten, two are good, and the others are what models write. `node bench/generate-tests.ts [--candidates n] [--output file]`
 */
const argument = (name: string, fallback: string) => {
  const at = process.argv.indexOf(name)
  return at === -1 ? fallback : (process.argv[at + 1] ?? fallback)
}
const wanted = Number(argument('--candidates', '50'))
const perModule = 10
const repeat = 5
const modules = Array.from({ length: Math.ceil(wanted / perModule) }, (_, index) => `shop${index}`)

const source = `def price(amount, member):
    if amount < 0:
        raise ValueError("amount")
    if member and amount >= 10:
        return amount * 10 - 5
    return amount * 10
`
const suite = (module: string) => `import pytest

from ${module} import price


def test_price():
    assert price(1, False) == 10
`
const bodies: readonly [name: string, body: string][] = [
  ['test_negative', 'with pytest.raises(ValueError):\n        price(-1, False)'],
  ['test_member', 'assert price(12, True) == 115'],
  ['test_tautology', 'two = 2\n    assert two + 0 == 2'],
  ['test_nothing', 'price(1, True)'],
  ['test_there', 'assert price(1, True) is not None'],
  ['test_wrong', 'assert price(12, True) == 100'],
  ['test_other', 'assert price(3, 4, 5) == 100'],
  ['test_syntax', 'assert price(3, True == 30'],
  ['test_known', 'assert price(1, False) == 10'],
  ['test_flaky', 'import os\n    assert price(-0, os.environ.get("TZ") == "Asia/Kolkata") == 0 and os.environ.get("TZ") != "Asia/Kolkata"'],
]
const use = { runner: 'pytest', directory: '.', program: ['pytest'] }

const files = Object.fromEntries(
  modules.flatMap((module) => [
    [`${module}.py`, source],
    [`test_${module}.py`, suite(module)],
  ]),
)
const scene = await proofScene({ 'pyproject.toml': '[tool.pytest.ini_options]\npythonpath = ["."]\n', ...files })
const baseline = await takeBaseline(scene.place)
const targets: Target[] = []
for (const module of modules) {
  const part = { path: `${module}.py`, name: 'price', startLine: 1, endLine: 6, most: 8 }
  targets.push(await targetIn(scene, baseline, part))
}
const candidates = targets
  .flatMap((target, index) =>
    bodies.map(([name, body]): Candidate => {
      const module = modules[index] ?? ''
      const test = `\n\ndef ${name}():\n    ${body}\n`
      return candidateOf({ target, use, path: `test_${module}.py`, base: suite(module), test, names: [name] })
    }),
  )
  .slice(0, wanted)

const proving = { ...scene.place, baseline, repeat }
const outcome = (verdicts: Awaited<ReturnType<typeof prove>>['verdicts']) =>
  verdicts.map((verdict) => (verdict.status === 'rejected' ? verdict.filter : verdict.status))

const timed = async <Result>(work: () => Promise<Result>) => {
  const startedAt = performance.now()
  const result = await work()
  return { result, seconds: (performance.now() - startedAt) / 1000 }
}
const together = await timed(async () => outcome((await prove(candidates, proving)).verdicts))
console.error(`together: ${together.seconds.toFixed(1)} s`)
const apart = await timed(async () => {
  const all: string[] = []
  for (const candidate of candidates) all.push(...outcome((await prove([candidate], proving)).verdicts))
  return all
})
await scene.close()

const same = together.result.filter((verdict, index) => verdict === apart.result[index]).length
const tally = Object.entries(Object.groupBy(together.result, (verdict) => verdict))
const ratio = together.seconds / apart.seconds
const text = `# Proving many new tests at once

\`node bench/generate-tests.ts --candidates ${candidates.length}\` on ${new Date().toISOString().slice(0, 10)}: ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}, Node ${process.versions.node}, real pytest,
${modules.length} modules with one test each, ${repeat} repetitions, one copy. Of ten candidates two are good; the others are what models write.

| candidates | together, s | one by one, s | ratio | goal | same verdict |
|---|---|---|---|---|---|
| ${candidates.length} | ${together.seconds.toFixed(1)} | ${apart.seconds.toFixed(1)} | ${ratio.toFixed(2)} | at most 0.50 | ${same} of ${candidates.length} |

Verdicts together: ${tally.map(([verdict, all]) => `${verdict} ${all?.length ?? 0}`).join(', ')}.
`
const output = argument('--output', '')
if (output === '') process.stdout.write(text)
else writeFileSync(output, text)
process.exitCode = ratio <= 0.5 ? 0 : 1
