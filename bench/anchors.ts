import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { parsePatch } from 'diff'
import { anchorQuote } from '../src/domain/anchor.ts'
import { seededRandom } from '../tests/helpers/seeded-random.ts'

/**
 * Quotes 10,000 lines that were really added, with the noise that models add, and looks where each is found.
 *
 *     node bench/anchors.ts --repo <path> [--lines 10000]
 */
const { values } = parseArgs({ options: { repo: { type: 'string' }, lines: { type: 'string', default: '10000' } } })
if (!values.repo) throw new Error('Say which repository: --repo <path>')
const wanted = Number(values.lines)
const random = seededRandom(11)

const noises: readonly ((text: string, line: number) => string)[] = [
  (text) => text,
  (text) => text.trim(),
  (text) => text.replaceAll(/\s+/g, ' '),
  (text) => `${text}  `,
  (text, line) => `${String(line).padStart(5)} + ${text}`,
  (text) => `+${text}`,
]

interface Outcome {
  asked: number
  found: number
  wrong: number
}

const within3: Outcome = { asked: 0, found: 0, wrong: 0 }
const within5: Outcome = { asked: 0, found: 0, wrong: 0 }

for (const lines of addedHunks(values.repo)) {
  for (const { line, text } of lines) {
    // A brace stands anywhere, and a quote is cut off at 200 characters.
    if (random.below(3) > 0 || text.length > 200 || (text.match(/[\p{L}\p{N}_]/gu)?.length ?? 0) < 3) continue
    const noise = noises[random.below(noises.length)] ?? ((same: string) => same)
    measure(within3, 3, { line, quote: noise(text, line), lines })
    measure(within5, 5, { line, quote: noise(text, line), lines })
  }
  if (within3.asked >= wanted) break
}

const share = ({ asked, found }: Outcome) => `${((found / asked) * 100).toFixed(2)} %`
console.log(
  `${within3.asked} lines; named line within 3: ${share(within3)} found, ${within3.wrong} wrong; within 5: ${share(within5)} found, ${within5.wrong} wrong`,
)
process.exitCode = within3.wrong + within5.wrong > 0 ? 1 : 0

function measure(
  outcome: Outcome,
  shift: number,
  { line, quote, lines }: { line: number; quote: string; lines: readonly { line: number; text: string }[] },
) {
  outcome.asked++
  const anchor = anchorQuote(quote, line + random.below(2 * shift + 1) - shift, lines)
  if (!anchor) return
  outcome.found++
  if (anchor.startLine !== line) outcome.wrong++
}

/** The new lines of each hunk of the last commits, newest first. */
function* addedHunks(repository: string): Generator<{ line: number; text: string }[]> {
  const log = execFileSync('git', ['log', '-p', '-n', '4000', '--no-merges', '--no-color', '--no-ext-diff', '--format=', '-M'], {
    cwd: repository,
    maxBuffer: 2 ** 30,
    encoding: 'latin1',
  })
  for (const section of log.split(/^(?=diff --git )/m)) {
    if (/^diff --git .*(lock|\.min\.|\.map)/.test(section)) continue
    for (const { newStart, lines } of hunksOf(section)) {
      let number = newStart
      yield lines.flatMap((line) => {
        if (line.startsWith('+')) return [{ line: number++, text: line.slice(1) }]
        if (line.startsWith(' ')) number++
        return []
      })
    }
  }
}

function hunksOf(section: string) {
  try {
    return parsePatch(section)[0]?.hunks ?? []
  } catch {
    return []
  }
}
