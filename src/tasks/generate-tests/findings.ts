import type { DraftFinding } from '../../domain/finding.ts'
import { ranges } from './question.ts'
import type { Part } from './find-parts.ts'
import type { Work, Workplace } from './workplace.ts'

/** What is left: targets for which no test was kept, and code that does not do what a test expects of it. */
export async function findingsOf(place: Workplace): Promise<DraftFinding[]> {
  const project = await place.proving.benches[0].project()
  const lineOf = async ({ path, startLine }: Part) =>
    ((await project.read(path)) ?? '').split('\n')[startLine - 1]?.replace(/\r$/, '') ?? ''
  const left = place.works.filter(({ standing, kept }) => standing === 'asked' && kept === 0)
  const seen = new Set<string>()
  const bugs = place.bugs.filter(({ bug, work }) => {
    const key = JSON.stringify([work.part, bug.input, bug.expected, bug.received])
    return !seen.has(key) && seen.add(key)
  })
  return [
    ...(await Promise.all(left.map(async (work) => untested(work, await lineOf(work.part))))),
    ...(await Promise.all(bugs.map(async (found) => possibleBug(found, await lineOf(found.work.part))))),
  ]
}

function untested({ part, target, attempts, reason }: Work, evidence: string): DraftFinding {
  const missing =
    target.missing.lines.length > 0
      ? ` No test executes ${target.missing.lines.length === 1 ? 'line' : 'lines'} ${ranges(target.missing.lines)}.`
      : ''
  const survivors =
    target.survivors.size > 0
      ? ` Of the defects planted in it, ${target.survivors.size} ${target.survivors.size === 1 ? 'goes' : 'go'} unnoticed.`
      : ''
  return {
    rule: 'generate-tests/no-test-kept',
    severity: 'warning',
    confidence: 1,
    title: cut(`No new test of ${part.name} proved anything`),
    message: `After ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}, no test of ${part.name} was kept.${missing}${survivors} Last: ${reason || 'nothing was answered.'}`,
    region: { path: part.path, startLine: part.startLine, endLine: part.endLine },
    evidence,
    source: { kind: 'test', name: 'generate-tests', rule: 'no-test-kept' },
    proof: { kind: 'executed', detail: 'The whole suite was run, and every new test was tried.' },
    replacement: null,
  }
}

/** What its author expected. Where a test was kept after it was told so, it has most likely thought better of it. */
function possibleBug({ bug, work, attempt }: Workplace['bugs'][number], evidence: string): DraftFinding {
  const { input, expected, received, test } = bug
  const { part, keptAt } = work
  return {
    rule: 'generate-tests/possible-bug',
    severity: keptAt > attempt ? 'note' : 'warning',
    confidence: null,
    title: cut(`${part.name} may not do what is expected of it`),
    message: `${input} gives ${received}, and a test that was written for it expects ${expected}. Either the code or that test is wrong; the test was not kept:\n${test}`,
    region: { path: part.path, startLine: part.startLine, endLine: part.endLine },
    evidence,
    source: { kind: 'test', name: 'generate-tests', rule: 'possible-bug' },
    proof: { kind: 'executed', detail: `${input}: expected ${expected}, received ${received}` },
    replacement: null,
  }
}

const cut = (text: string) => (text.length <= 80 ? text : `${text.slice(0, 79)}…`)
