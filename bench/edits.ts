import { parseArgs } from 'node:util'
import { seededRandom } from '../tests/helpers/seeded-random.ts'
import { type Case, casesOf, isSame } from './edits-cases.ts'
import { hunksOf } from './edits-history.ts'
import { strategies } from './edits-peers.ts'

/**
 * Takes hunks that were really made, writes each as a search/replace block with the errors that models make, and looks what becomes of the file.
 *
 *     node bench/edits.ts --repo <path> [--repo <path>] [--hunks 3000] [--seed 1] [--json] [--show <kind>]
 */
const { values } = parseArgs({
  options: {
    repo: { type: 'string', multiple: true, default: [] },
    hunks: { type: 'string', default: '3000' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    show: { type: 'string' },
  },
})
if (values.repo.length === 0) throw new Error('Say which repository: --repo <path>')

interface Tally {
  cases: number
  correct: number
  wrong: number
  refused: number
}

const tallies = new Map<string, Tally>()
const share = Math.ceil(Number(values.hunks) / values.repo.length)
let hunks = 0
let milliseconds = 0
for (const repository of values.repo) {
  const random = seededRandom(Number(values.seed))
  let taken = 0
  for (const hunk of hunksOf(repository, random)) {
    const cases = casesOf(hunk, random)
    if (cases.length === 0) continue
    hunks++
    for (const one of cases) measure(one)
    if (++taken === share) break
  }
}
report()

function measure(one: Case): void {
  for (const [name, strategy] of Object.entries(strategies)) {
    const started = performance.now()
    const result = strategy(one.text, one)
    if (name === 'this cascade') milliseconds += performance.now() - started
    const outcome = outcomeOf(one, result)
    if (name === 'this cascade' && outcome !== 'correct' && values.show === `${outcome} ${one.kind}`) show(one, result)
    for (const key of [`${name}|${one.kind}`, `${name}|${one.expected === null ? 'must be refused' : 'should be applied'}`]) {
      const tally = tallies.get(key) ?? { cases: 0, correct: 0, wrong: 0, refused: 0 }
      tally.cases++
      tally[outcome]++
      tallies.set(key, tally)
    }
  }
}

function outcomeOf({ text, expected }: Case, result: string | null): 'correct' | 'wrong' | 'refused' {
  if (expected === null) return result === null || result === text ? 'correct' : 'wrong'
  if (result === null) return 'refused'
  return isSame(result, expected) ? 'correct' : 'wrong'
}

function show({ search, replace, text, expected }: Case, result: string | null): void {
  const lines = (whole: string) => whole.split('\n')
  const other = expected ?? text
  const at = result === null ? 0 : Math.max(0, lines(result).findIndex((line, index) => line !== lines(other)[index]) - 2)
  console.log(`SEARCH\n${search}\nREPLACE\n${replace}`)
  if (result !== null)
    console.log(
      `GOT\n${lines(result)
        .slice(at, at + 12)
        .join('\n')}\nWANTED\n${lines(other)
        .slice(at, at + 12)
        .join('\n')}`,
    )
  console.log('='.repeat(60))
}

function report(): void {
  const figures = Object.fromEntries(tallies)
  if (values.json) return console.log(JSON.stringify({ hunks, milliseconds, figures }))
  const percent = (part = 0, whole = 1) => `${((part / whole) * 100).toFixed(2)} %`
  console.log(
    `${hunks} hunks; this cascade took ${milliseconds.toFixed(0)} ms for ${total('should be applied') + total('must be refused')} edits\n`,
  )
  console.log('| strategy | cases | n | correct | silently wrong | refused |\n|---|---|---:|---:|---:|---:|')
  for (const [key, { cases, correct, wrong, refused }] of tallies) {
    console.log(
      `| ${key.replace('|', ' | ')} | ${cases} | ${percent(correct, cases)} | ${percent(wrong, cases)} (${wrong}) | ${percent(refused, cases)} |`,
    )
  }
}

function total(kind: string): number {
  return tallies.get(`this cascade|${kind}`)?.cases ?? 0
}
