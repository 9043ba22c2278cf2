import type { ExecutedTest } from '../../test-runners/test-runner.ts'
import { type Expected, proveTogether } from './prove-together.ts'
import type { Candidate } from './target.ts'
import { isOwnTest } from './trial.ts'
import type { Verdict } from './verdict.ts'
import type { Kept, Workplace } from './workplace.ts'
import { type Site, isWritten } from './writers/writer.ts'
import { writeTest } from './writers/write-test.ts'

/** A candidate that passed by itself, and what it is made of. */
export interface Passed {
  candidate: Candidate
  verdict: Extract<Verdict, { status: 'kept' }>
  code: string
  site: Site
}

/** Writes tests that passed into all copies, one behind the other. Returns why a test cannot stay beside the others, by candidate. */
export async function keepTests(passed: readonly Passed[], place: Workplace): Promise<ReadonlyMap<Candidate, string>> {
  const all = await tryKeeping(passed, place)
  if (all.size === 0 || passed.length < 2) return all
  // Together they are in each other's way, so each is tried with those that stayed.
  const refused = new Map<Candidate, string>()
  for (const one of passed) for (const [candidate, reason] of await tryKeeping([one], place)) refused.set(candidate, reason)
  return refused
}

/** All of them, or none. */
async function tryKeeping(passed: readonly Passed[], place: Workplace): Promise<ReadonlyMap<Candidate, string>> {
  const before = new Map<string, string | null>()
  const added: Kept[] = []
  for (const { candidate, verdict, code, site } of passed) {
    const { path } = candidate.placement
    const now = await place.proving.benches[0].project().then((project) => project.read(path))
    if (!before.has(path)) before.set(path, now)
    const text = await textOn(now, { candidate, code, site })
    if (text === null) {
      await writeAll(before, place)
      return new Map(passed.map((one) => [one.candidate, 'It does not fit into the file with the other new tests.']))
    }
    await writeAll(new Map([[path, text]]), place)
    added.push({ candidate, names: verdict.names, killed: verdict.killed })
  }
  const together = await proveTogether([...place.kept, ...added].flatMap(expectedOf), { ...place.proving, baseline: place.baseline })
  const [problem] = together.problems
  if (problem === undefined) {
    place.kept.push(...added)
    place.together = together
    return new Map()
  }
  await writeAll(before, place)
  return new Map(passed.map(({ candidate }) => [candidate, problem]))
}

function expectedOf({ candidate, names }: Kept): Expected[] {
  const { path } = candidate.placement
  const isOwn = (test: ExecutedTest) => (test.file === path || test.file === null) && isOwnTest({ candidate }, test)
  return names.map((name) => ({ name, isIt: (test) => test.name === name || isOwn(test) }))
}

/** The test file with the test, also where other tests came before it since. */
async function textOn(now: string | null, { candidate, code, site }: Omit<Passed, 'verdict'>): Promise<string | null> {
  if (now === candidate.placement.text) return candidate.text
  const written = await writeTest(code, { ...site, text: now })
  return isWritten(written) && written.names.join('\0') === candidate.names.join('\0') ? written.text : null
}

/** The same into every copy; null takes a file away. */
async function writeAll(texts: ReadonlyMap<string, string | null>, { proving }: Workplace): Promise<void> {
  for (const { transaction } of proving.benches)
    for (const [path, text] of texts) {
      if (text !== null) await transaction.checkout.write(path, Buffer.from(text))
      else if ((await transaction.checkout.look(path)) !== null) await transaction.checkout.remove(path)
    }
}
