import { AppError } from '../../domain/errors.ts'
import { fileText } from '../../tools/file-text.ts'
import { refusalOf } from '../../workspace/path-policy.ts'
import { requireEngine } from '../require-engine.ts'
import type { Step } from './conclude.ts'
import { follow } from './follow-targets.ts'
import { groupTargets, type TargetGroup } from './group-targets.ts'
import { isLinterCode } from './linter-code.ts'
import { repairGroup, type Repaired } from './repair-group.ts'
import { type Outcome, ruleOf, type Target } from './target.ts'
import { type GuardingTests, guardingTests, sandboxProblem } from './test-group.ts'
import { type Adviser, testSetup, type Workplace } from './workplace.ts'

/** A formatter's business is nobody else's. */
const formatters: ReadonlySet<string> = new Set(['prettier', 'ruff-format'])

/** Asks the model for what is left, one group at a time. What is kept is in the copy, and is a step of its own. */
export async function askModel(place: Workplace, targets: readonly Target[], steps: Step[]): Promise<void> {
  const { request, context } = place
  for (const target of open(targets).filter(({ told }) => formatters.has(told.tool)))
    target.outcome = other(`${target.told.tool} could not repair it, and its layout is not asked of a model.`)
  if (open(targets).length === 0) return
  if (request.model === 'none') return closeAll(targets, other('No model was to be asked.'))
  if (context.engine === null) return withoutEngine(place, targets)
  let adviser: Adviser | null = null
  try {
    adviser = { engine: await requireEngine(context), answered: 0 }
    await askGroups(place, targets, { adviser, steps })
    for (const notice of adviser.engine.notices) context.notice(notice)
  } catch (error) {
    context.signal.throwIfAborted()
    const over = context.budget.exhausted()
    if (over !== null) return closeAll(targets, budget(over))
    if (!(error instanceof AppError)) throw error
    // A failure where nothing could be asked; where something could, the run is not finished.
    const code = adviser === null || adviser.answered === 0 ? error.code : 'FIX_UNFINISHED'
    context.notice({ code, message: error.message, hint: error.hint ?? '' })
    closeAll(targets, budget(error.message))
  }
}

interface Asking {
  adviser: Adviser
  steps: Step[]
}

async function askGroups(place: Workplace, targets: readonly Target[], asking: Asking): Promise<void> {
  const { context } = place
  const paths = [...new Set(open(targets).map(({ told }) => told.path))]
  context.emit({ type: 'plan-ready', units: paths.length, cached: 0 })
  for (const path of paths) {
    for (let group = await nextGroup(path, targets, place); group !== null; group = await nextGroup(path, targets, place)) {
      const over = context.budget.exhausted()
      if (over !== null) return closeAll(targets, budget(over))
      await repairOne(group, { place, targets, ...asking })
    }
  }
}

/** The first group of a file that is still to be done, with the file as it is now. */
async function nextGroup(path: string, targets: readonly Target[], place: Workplace): Promise<TargetGroup | null> {
  const own = open(targets).filter(({ told }) => told.path === path)
  if (own.length === 0) return null
  const reason = refusalOf(path, 'write') ?? (await unreadable(path, place))
  if (reason !== null) {
    closeAll(own, other(reason))
    return null
  }
  const [group = null] = await groupTargets(path, await textOf(path, place), own)
  return group
}

interface RepairingOne extends Asking {
  place: Workplace
  targets: readonly Target[]
}

async function repairOne(group: TargetGroup, { place, targets, adviser, steps }: RepairingOne): Promise<void> {
  const { context, bench } = place
  const name = `${group.path}:${group.region.start}`
  const startedAt = performance.now()
  context.emit({ type: 'unit-start', unit: name, path: group.path })
  const start = await bench.transaction.snapshot()
  try {
    const guard = await guardOf(group.path, place)
    if ('kind' in guard) closeAll(group.targets, guard)
    else {
      const text = await textOf(group.path, place)
      const repaired = await repairGroup(group, { adviser, place, text, tests: guard.tests })
      settle(repaired, group, { place, targets, text })
      if (repaired.kind === 'kept') steps.push({ snapshot: await bench.transaction.snapshot(), subject: subjectOf(group) })
    }
  } catch (error) {
    await bench.transaction.restore(start)
    throw error
  } finally {
    const [outcome] = group.targets.map((target) => target.outcome)
    context.emit({
      type: 'repair-end',
      group: name,
      rules: rulesOf(group),
      text: describe(outcome ?? null),
      durationMs: performance.now() - startedAt,
    })
  }
}

/** What has to be known before a model is asked: whether its code can be tried out without running on this machine as it is. */
async function guardOf(path: string, place: Workplace): Promise<{ tests: GuardingTests | null } | Outcome> {
  const tools = await place.bench.tools()
  try {
    if (tools.kind === 'host' && (await isLinterCode(path, await place.bench.project())) && (await place.bench.open()).kind !== 'host')
      return other('Linters run this file as their own code, and what a model writes does not run on this machine as it is.')
    return { tests: await guardingTests([path], testSetup(place)) }
  } catch (error) {
    const reason = sandboxProblem(error)
    if (reason === null) throw error
    return { kind: 'not-kept', gate: 'tests', reason: `Its tests cannot be run: ${reason}`, attempts: 0 }
  }
}

function settle(
  repaired: Repaired,
  { path, targets: own }: TargetGroup,
  { place, targets, text }: { place: Workplace; targets: readonly Target[]; text: string },
): void {
  const { attempts } = repaired
  switch (repaired.kind) {
    case 'kept': {
      const { passed } = repaired
      const fixed: Outcome = { kind: 'fixed', by: 'model', attempts }
      return follow(targets, { place, edit: { path, before: text, after: passed.text }, state: passed.state, fixed })
    }
    case 'refused':
      return closeAll(own, { kind: 'not-kept', ...repaired.refused, attempts })
    case 'unfinished':
      return closeAll(own, budget(repaired.reason))
  }
}

const open = (targets: readonly Target[]) => targets.filter(({ outcome, current }) => outcome === null && current !== null)

function closeAll(targets: readonly Target[], outcome: Outcome): void {
  for (const target of open(targets)) target.outcome = outcome
}

const other = (reason: string): Outcome => ({ kind: 'not-attempted', why: 'other', reason })
const budget = (reason: string): Outcome => ({ kind: 'not-attempted', why: 'budget', reason })

/** Nobody named a model, and there is none: what is left is unseen. */
function withoutEngine({ context }: Workplace, targets: readonly Target[]): void {
  context.notice({
    code: 'MODEL_MISSING',
    message: 'There is no model, so only what linters repair themselves was repaired.',
    hint: 'Name an endpoint with --base-url, get a model with `agent models pull`, or say --no-model.',
  })
  closeAll(targets, budget('there is no model'))
}

/** A file that cannot be written back as it was is left alone. */
async function unreadable(path: string, { bench }: Workplace): Promise<string | null> {
  try {
    const { encoding } = fileText(path, await bench.transaction.checkout.read(path))
    return encoding === 'utf8' ? null : `${path} is not UTF-8, and writing it would change every line with another letter.`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const textOf = async (path: string, { bench }: Workplace) => (await bench.transaction.checkout.read(path)).toString('utf8')

const rulesOf = ({ targets }: TargetGroup) => [...new Set(targets.map(({ told }) => ruleOf(told)))]

const subjectOf = (group: TargetGroup) => `repair ${rulesOf(group).join(', ')} in ${group.path}`

function describe(outcome: Outcome | null): string {
  switch (outcome?.kind) {
    case 'fixed':
      return outcome.attempts === 1 ? 'fixed' : `fixed after ${outcome.attempts} attempts`
    case 'not-kept':
      return `not kept (${outcome.gate}): ${outcome.reason.split('\n')[0] ?? ''}`
    case 'not-attempted':
      return `not attempted: ${outcome.reason}`
    case undefined:
      return 'not finished'
  }
}
