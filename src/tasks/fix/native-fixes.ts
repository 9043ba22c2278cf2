import { fixFiles } from '../../linters/lint-files.ts'
import { refusalOf } from '../../workspace/path-policy.ts'
import { byLines, type ChangedBlock, changedBlocks, keepBlocks } from './changed-blocks.ts'
import { type CopyState, lintState } from './copy-state.ts'
import { follow } from './follow-targets.ts'
import { gateDiagnostics, pairStates } from './gate-diagnostics.ts'
import { gateSyntax } from './gate-syntax.ts'
import { linesOf, mayBeFixable, type Target } from './target.ts'
import { gateTests, type GuardingTests, guardingTests, havePassed, sandboxProblem } from './test-group.ts'
import { tellUntested, tellWeakTests } from './untested.ts'
import { verifiersOf } from './check-edit.ts'
import { takenBack } from './taken-back.ts'
import { lintSetup, testSetup, type Workplace } from './workplace.ts'

/** Lines beside a problem that the repair of it may touch. */
const reach = 2

/**
 * Lets the linters repair what they safely can, file by file, and keeps of it what belongs to the targets and makes nothing worse. Their state
 * of the copy is up to date afterwards, and so are the targets.
 */
export async function nativeFixes(place: Workplace, targets: readonly Target[]): Promise<void> {
  const byPath = Map.groupBy(
    targets.filter(({ current }) => current !== null && mayBeFixable(current)),
    ({ told }) => told.path,
  )
  for (const [path, fixable] of byPath) {
    place.context.budget.signal.throwIfAborted()
    await fixFile(path, fixable, { place, targets })
  }
}

interface Fixing {
  place: Workplace
  /** All of them: the repair of one may take others along. */
  targets: readonly Target[]
}

async function fixFile(path: string, fixable: readonly Target[], { place, targets }: Fixing): Promise<void> {
  const { transaction } = place.bench
  const fixed = await takenBack(transaction, () => tryFix(path, fixable, place))
  if (fixed === null) return
  const { edit, state, tests } = fixed
  await transaction.checkout.write(path, Buffer.from(edit.after))
  if (typeof tests === 'string') tellUntested(tests, place.context)
  else if (tests !== null) tellWeakTests(path, tests, place.context)
  const hasTests = tests !== null && typeof tests !== 'string' && havePassed(tests.before)
  const verifiedBy = verifiersOf(state, hasTests)
  follow(targets, { place, edit, state, fixed: () => ({ kind: 'fixed', by: 'linter', attempts: 0, verifiedBy }) })
}

interface Edited {
  path: string
  before: string
  after: string
}

interface Tried {
  edit: Edited
  state: CopyState
  /** As they went before the edit; a sentence where they cannot be run here at all. */
  tests: GuardingTests | string | null
}

/** Null where nothing can be repaired, or not without making something worse. The copy may be anything afterwards. */
async function tryFix(path: string, fixable: readonly Target[], place: Workplace): Promise<Tried | null> {
  const { transaction } = place.bench
  const before = refusalOf(path, 'write') === null ? await textOf(place, path) : null
  if (before === null) return null
  const tests = await testsOf(path, place)
  const untouched = await transaction.snapshot()
  const after = await fixedText({ path, before }, fixable, place)
  await transaction.restore(untouched)
  if (after === null || after === before) return null
  const edit = { path, before, after }
  await transaction.checkout.write(path, Buffer.from(after))
  const state = await isKept(edit, { place, tests })
  return state && { edit, state, tests }
}

/** What the tools make of a file, but only near the problems that are meant: they know no others than their own rules. */
async function fixedText(
  { path, before }: { path: string; before: string },
  fixable: readonly Target[],
  place: Workplace,
): Promise<string | null> {
  const tools = new Set(fixable.map(({ told }) => told.tool))
  const linters = place.linters.filter(({ name }) => tools.has(name))
  const { timeout, signal } = lintSetup(place)
  await fixFiles(await place.bench.project(), [path], { sandbox: place.bench.tools, linters, timeout, signal })
  const fixed = await textOf(place, path)
  const meant = fixable.flatMap(({ current }) => current ?? [])
  const ranges = meant.map(linesOf)
  if (fixed === null || ranges.includes(null)) return fixed
  const others = place.state.diagnostics.filter((diagnostic) => diagnostic.path === path && !meant.includes(diagnostic)).map(linesOf)
  const wanted = byLines(changedBlocks(before, fixed)).filter(
    (block) => touches(block, ranges, 0) || (touches(block, ranges, reach) && !touches(block, others, 0)),
  )
  return keepBlocks(before, fixed, wanted)
}

/** Whether a block is within so many lines of one of the ranges. */
function touches({ oldStart, oldEnd }: ChangedBlock, ranges: readonly ReturnType<typeof linesOf>[], distance: number): boolean {
  return ranges.some(
    (range) => range !== null && oldStart <= range.end + distance && Math.max(oldStart, oldEnd - 1) >= range.start - distance,
  )
}

async function isKept(edit: Edited, { place, tests }: { place: Workplace; tests: Tried['tests'] }): Promise<CopyState | null> {
  if (await gateSyntax({ ...edit, flagged: [], region: null })) return null
  const state = await lintState([edit.path], lintSetup(place))
  const { fresh } = pairStates({ before: place.state, after: state }, edit)
  if (gateDiagnostics({ before: place.state, after: state }, { now: new Map(), fresh }, { wanted: [] })) return null
  // Nobody has written this code but its tools and its authors: tests that could not be run before need not run now.
  if (tests === null || typeof tests === 'string' || !couldRun(tests)) return state
  const tested = await gateTests(tests, testSetup(place))
  return tested.refused ? null : state
}

const couldRun = ({ before }: GuardingTests) => !before.runs.some(({ outcome }) => outcome.status === 'failed')

/** The tests that guard a file. Without a sandbox the tools' own safe repairs are kept all the same, and the report says so. */
async function testsOf(path: string, place: Workplace): Promise<Tried['tests']> {
  try {
    return await guardingTests([path], testSetup(place))
  } catch (error) {
    const reason = sandboxProblem(error)
    if (reason === null) throw error
    return reason
  }
}

async function textOf({ bench }: Workplace, path: string): Promise<string | null> {
  const text = (await bench.transaction.checkout.read(path)).toString('utf8')
  return text.includes('\uFFFD') ? null : text
}
