import type { TriedMutant } from '../../domain/mutation.ts'
import { compareTests } from '../../test-runners/compare-tests.ts'
import { relatedTests } from '../../test-runners/related-tests.ts'
import { executedTests, runTests, type TestReport } from '../../test-runners/run-tests.ts'
import { type Mutant, mutated } from '../../mutators/mutate-text.ts'
import type { Workbench } from '../verify/workbench.ts'
import type { MutateRequest } from './mutate.ts'
import type { MutatedFile } from './plan-mutants.ts'

/** The tests of a file, and how they go without a mutant. */
export interface Guard {
  files: readonly string[]
  before: TestReport
  /** Milliseconds that they took. */
  duration: number
}

interface Place {
  bench: Workbench
  request: MutateRequest
  signal: AbortSignal
}

type Verdict = Pick<TriedMutant, 'status' | 'killedBy' | 'reason'>

/** Runs the tests that belong to a file; null where none do. Throws `SANDBOX_UNAVAILABLE`. */
export async function guardOf(path: string, place: Place): Promise<Guard | null> {
  const project = await place.bench.project()
  const files = await relatedTests([path], project)
  if (files.length === 0 && place.request.testCommand === null) return null
  const startedAt = performance.now()
  const before = await run(files, place, place.request.commandTimeout)
  return { files, before, duration: performance.now() - startedAt }
}

/** Why the tests of a file cannot judge a mutant; null when they can. */
export function unusable({ before }: Guard): string | null {
  const failed = before.runs.find(({ outcome }) => outcome.status === 'failed')
  if (failed?.outcome.status === 'failed') return failed.outcome.reason
  if (before.command) return before.command.status === 'passed' ? null : before.command.reason
  return executedTests(before).some(({ status }) => status === 'passed') ? null : 'No test passes without a mutant either.'
}

/** Longer than the tests take without it, a mutant most likely made a loop endless. */
const patience = (duration: number, most: number) => Math.min(most, Math.round(duration * 3) + 10_000)

/** Plants one defect in the copy, runs the tests, and takes it out again. */
export async function tryMutant(
  { path, text }: MutatedFile,
  mutant: Mutant,
  { guard, ...place }: Place & { guard: Guard },
): Promise<Verdict> {
  const { checkout } = place.bench.transaction
  const timeout = patience(guard.duration, place.request.commandTimeout)
  await checkout.write(path, Buffer.from(mutated(text, mutant)))
  const startedAt = performance.now()
  try {
    return verdict(guard.before, await run(guard.files, place, timeout), performance.now() - startedAt >= timeout)
  } finally {
    await checkout.write(path, Buffer.from(text))
  }
}

/** What is left behind by one run must not be there in the next. */
async function run(files: readonly string[], { bench, request, signal }: Place, timeout: number): Promise<TestReport> {
  const { transaction } = bench
  const start = await transaction.snapshot()
  try {
    const command = request.testCommand === null ? {} : { testCommand: ['sh', '-c', request.testCommand] }
    return await runTests(await bench.project(), files, { run: bench.run, timeout, signal, ...command })
  } finally {
    await transaction.restore(start)
  }
}

/** These build before they run, so that what cannot be run was no program. */
const compiled: ReadonlySet<string> = new Set(['go-test', 'cargo-test'])

function verdict(before: TestReport, after: TestReport, isOver: boolean): Verdict {
  const failed = after.runs.find(({ outcome }) => outcome.status === 'failed')
  const reason = failed?.outcome.status === 'failed' ? failed.outcome.reason : ''
  if (isOver && failed) return { status: 'Timeout', killedBy: [], reason: firstLine(reason) }
  const { newlyFailing, missing, lost } = compareTests(before, after)
  const failing = newlyFailing.filter(({ id }) => executedTests(before).some((test) => test.id === id))
  if (failing.length > 0) return { status: 'Killed', killedBy: failing.map(({ id }) => id), reason: firstLine(failing[0]?.failure ?? '') }
  if (failed && compiled.has(failed.use.runner)) return { status: 'CompileError', killedBy: [], reason: firstLine(reason) }
  const [sentence = missing[0] && `${missing[0].id} is not executed any more.`] = lost
  if (sentence !== undefined) return { status: 'Killed', killedBy: [], reason: firstLine(sentence) }
  return { status: 'Survived', killedBy: [], reason: '' }
}

const maxReason = 300

const firstLine = (text: string) => (text.split('\n').find((line) => line.trim() !== '') ?? '').trim().slice(0, maxReason)
