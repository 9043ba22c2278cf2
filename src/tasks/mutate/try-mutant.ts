import type { TriedMutant } from '../../domain/mutation.ts'
import { compareTests } from '../../test-runners/compare-tests.ts'
import { executedTests, type TestReport } from '../../test-runners/run-tests.ts'
import { type Mutant, mutated } from '../../mutators/mutate-text.ts'
import { type Guard, type Place, runGuard } from './guard.ts'
import type { MutatedFile } from './plan-mutants.ts'

export type Verdict = Pick<TriedMutant, 'status' | 'killedBy' | 'reason'>

type Trying = Place & { guard: Guard }

/** Plants one defect in the copy, runs the tests, and takes it out again. */
export const tryMutant = (file: MutatedFile, mutant: Mutant, trying: Trying): Promise<Verdict> =>
  tryText(file, mutated(file.text, mutant), trying)

/**
 * Whether the tests look at this very file: they should not pass when it cannot be read by anybody. Those that do run another copy of it,
 * one that is installed or built, and would let every defect pass.
 */
export async function isLookedAt(file: MutatedFile, trying: Trying): Promise<boolean> {
  const { status } = await tryText(file, `${file.text}\n)(\n`, trying)
  return status !== 'Survived'
}

/** Longer than the tests take without it, a mutant most likely made a loop endless. */
const patience = (duration: number, most: number) => Math.min(most, Math.round(duration * 3) + 10_000)

async function tryText({ path, text }: MutatedFile, broken: string, { guard, ...place }: Trying): Promise<Verdict> {
  const { checkout } = place.bench.transaction
  const timeout = patience(guard.duration, place.request.commandTimeout)
  await checkout.write(path, Buffer.from(broken))
  const startedAt = performance.now()
  try {
    return verdict(guard.before, await runGuard(guard.files, place, timeout), performance.now() - startedAt >= timeout)
  } finally {
    await checkout.write(path, Buffer.from(text))
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

/** pytest shows the test first, and marks what went wrong. */
function firstLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim())
  const marked = lines.find((line) => /^E\s/.test(line))?.slice(1)
  return (marked ?? lines.find((line) => line !== '') ?? '').trim().slice(0, maxReason)
}
