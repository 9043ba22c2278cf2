import type { Selector } from '../../domain/selector.ts'
import { type Shard, shardNotice } from '../../domain/shard.ts'
import type { Task, TaskContext, TaskResult } from '../task.ts'
import { openWorkbench, type Workbench } from '../verify/workbench.ts'
import { wantedLines } from '../mutate/plan-mutants.ts'
import { takeBaseline } from './baseline.ts'
import { conclude } from './conclude.ts'
import { findParts } from './find-parts.ts'
import { createPlacer } from './place-test.ts'
import type { ProvingPlace } from './proving.ts'
import { runRounds } from './rounds.ts'
import { newWork } from './survey-works.ts'
import { createTidier } from './tidy-text.ts'
import type { Work, Workplace } from './workplace.ts'

export interface GenerateTestsRequest {
  /** The functions that a change touches, or those of whole files. */
  scope: { kind: 'change'; selector: Selector; paths: readonly string[] } | { kind: 'paths'; covers(path: string): boolean }
  isExcluded(path: string): boolean
  /** Only the files of this part; told in the report, so that nobody takes it for the whole. */
  shard: Shard | null
  /** What a test has to add: a line of the change, any line or branch, or the notice of a defect; null: any of these. */
  only: 'changed' | 'uncovered' | 'survivors' | null
  /** Tests that are kept, at most. */
  maxTests: number
  /** Per cent of the lines that are meant at which to stop; null goes on. */
  targetCoverage: number | null
  /** How often a new test has to pass. */
  repeat: number
  /** False: the patch is the result, and the tree stays as it is. */
  apply: boolean
  commit: boolean
  /** Handed the patch as bytes. */
  keepPatch?(patch: Uint8Array): void
  /** Copies on which tests are tried at once. */
  benches: number
  /** Milliseconds that one command may take. */
  commandTimeout: number
}

/** Writes tests, and keeps those that prove something: each is stable, reaches or notices what no test did, and fails on broken code. */
export const generateTests: Task<GenerateTestsRequest> = {
  name: 'generate-tests',
  summary: 'Add tests that build, pass, are stable, raise coverage and notice defects; or are not kept.',

  async run(request, context) {
    if (request.shard) context.notice(shardNotice(request.shard, 0))
    const benches: Workbench[] = []
    try {
      const first = await openBench(request, context)
      benches.push(first)
      return await generate(request, { context, first, benches })
    } finally {
      for (const bench of benches) await bench.close()
    }
  },
}

function openBench({ scope }: GenerateTestsRequest, { workshop, workspace, signal }: TaskContext): Promise<Workbench> {
  const from = scope.kind === 'change' && scope.selector.kind === 'staged' ? 'index' : 'working'
  // Not the budget's signal: what was kept before the deadline is applied after it.
  return openWorkbench({ workshop, userRoot: workspace.root, signal, from })
}

interface Generating {
  context: TaskContext
  first: Workbench
  /** All that are open, for whoever closes them. */
  benches: Workbench[]
}

async function generate(request: GenerateTestsRequest, { context, first, benches }: Generating): Promise<TaskResult> {
  const wanted = await wantedLines(request, await first.project(), context)
  const parts = await findParts(wanted, { bench: first, shard: request.shard })
  if (parts.length === 0) return conclude(null, { request, context, bench: first })
  context.emit({ type: 'stage-start', what: 'running the whole suite twice' })
  const exhausted = () => context.budget.exhausted()
  const alone: ProvingPlace = { benches: [first], commandTimeout: request.commandTimeout, signal: context.signal, exhausted }
  const before = await takeBaseline(alone)
  if (before.coverage === null && request.only !== 'survivors') context.notice(unmeasured)
  while (benches.length < request.benches) benches.push(await openBench(request, context))
  const known = { request, wanted, baseline: before }
  const place: Workplace = {
    ...known,
    context,
    proving: { ...alone, benches: [first, ...benches.slice(1)] },
    place: await createPlacer(await first.project()),
    tidy: await createTidier(benches),
    works: inOrder(parts.map((part) => newWork(part, known))),
    tried: [],
    bugs: [],
    kept: [],
    before,
    together: null,
    unfinished: null,
  }
  await runRounds(place)
  return conclude(place, { request, context, bench: first })
}

/** What tests do not reach comes first: a test of it can show most. */
function inOrder(works: readonly Work[]): Work[] {
  const rank = ({ target: { missing } }: Work) => (missing.lines.length + missing.branches.length > 0 ? 0 : 1)
  return works.toSorted((a, b) => rank(a) - rank(b))
}

const unmeasured = {
  code: 'COVERAGE_UNKNOWN',
  message: 'What tests execute cannot be measured here, so a new test has to notice a defect that no test noticed.',
  hint: 'Install the coverage tool of the test runner, such as @vitest/coverage-v8, pytest-cov or cargo-llvm-cov.',
}
