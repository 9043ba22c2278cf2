import { posix } from 'node:path'
import { failureText, type Gathered, type GatheredTest } from './conclude.ts'
import type { BrokenTests } from './test-runner.ts'

/** One test binary, as far as its output was read. */
interface Target {
  name: string
  /** Only that of an integration test is known. */
  file: string | null
  /** How many tests it announced; null before it did. */
  announced: number | null
  tests: (GatheredTest & { name: string })[]
  skipped: number
  lines: string[]
  hasEnded: boolean
}

const started = /^\s+Running (?:unittests )?(?<path>.+?) \(.+\)$|^\s+Doc-tests (?<crate>.+)$/
const announced = /^running (\d+) tests?$/
const tested = /^test (.+?)(?: - should panic)? \.\.\. (ok|FAILED|ignored)(?:, .*)?(?: <[\d.]+s>)?$/
const ended = /^test result: (?:ok|FAILED)\. (\d+) passed; (\d+) failed; (\d+) ignored;/

/**
 * The text of `cargo test`, whose machine output is not stable. What tests print stands between the lines that count, and may look like them:
 * a test binary is over only at a summary that agrees with the tests read so far, and what it announced must have come.
 */
export function readCargoOutput(text: string, directory: string): Gathered {
  const targets: Target[] = []
  for (const line of text.split('\n')) {
    const current = targets.at(-1)
    const start = started.exec(line)?.groups
    if (start) targets.push(openTarget(start, directory))
    else if (current && !current.hasEnded) readLine(current, line)
  }
  const tests = targets.flatMap(withFailures)
  const broken = [...targets.filter((target) => !target.hasEnded).map(cutShort), ...buildFailure(text, { targets, directory })]
  return { tests, skipped: targets.reduce((sum, { skipped }) => sum + skipped, 0), broken }
}

function openTarget({ path, crate }: Record<string, string | undefined>, directory: string): Target {
  const file = path?.startsWith('tests/') ? posix.join(directory, path) : null
  const name = posix.join(directory, path ?? `Doc-tests ${crate}`)
  return { name, file, announced: null, tests: [], skipped: 0, lines: [], hasEnded: false }
}

function readLine(target: Target, line: string): void {
  target.lines.push(line)
  const count = announced.exec(line)?.[1]
  if (target.announced === null) {
    if (count !== undefined) target.announced = Number(count)
    return
  }
  const [, name, verdict] = tested.exec(line) ?? []
  if (name !== undefined && target.tests.length + target.skipped < target.announced) {
    if (verdict === 'ignored') target.skipped++
    else
      target.tests.push({
        scope: target.name,
        file: target.file,
        name,
        status: verdict === 'ok' ? 'passed' : 'failed',
        durationMs: null,
        failure: '',
      })
    return
  }
  const summary = ended.exec(line)?.slice(1).map(Number)
  const failed = target.tests.filter(({ status }) => status === 'failed').length
  const counts = [target.tests.length - failed, failed, target.skipped]
  if (summary && target.tests.length + target.skipped === target.announced)
    target.hasEnded = counts.every((own, index) => own === summary[index])
}

/** Behind all tests stand sections with what the failed ones printed. */
function withFailures({ tests, lines }: Target): GatheredTest[] {
  const text = `${lines.join('\n')}\n`
  return tests.map((test) => {
    if (test.status === 'passed') return test
    const head = `\n---- ${test.name} stdout ----\n`
    const start = text.indexOf(head)
    const rest = start < 0 ? '' : text.slice(start + head.length)
    const end = /\n(?:---- .+ stdout ----|failures:)\n/.exec(rest)?.index ?? rest.length
    return { ...test, failure: failureText(rest.slice(0, end)) || 'It failed without a message.' }
  })
}

function cutShort({ name, file, lines }: Target): BrokenTests {
  return { scope: name, file, reason: `It ended before all of its tests had: ${failureText(lines.slice(-40).join('\n'))}` }
}

function buildFailure(text: string, { targets, directory }: { targets: readonly Target[]; directory: string }): BrokenTests[] {
  if (targets.length > 0 || !/^error(\[E\d+\])?: /m.test(text)) return []
  const start = text.search(/^error(\[E\d+\])?: /m)
  return [{ scope: posix.join(directory, 'Cargo.toml'), file: null, reason: failureText(text.slice(start)) }]
}
