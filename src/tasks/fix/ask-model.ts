import { AppError } from '../../domain/errors.ts'
import { fileText } from '../../tools/file-text.ts'
import { refusalOf } from '../../workspace/path-policy.ts'
import { requireEngine } from '../require-engine.ts'
import type { Step } from './conclude.ts'
import { groupTargets, type TargetGroup } from './group-targets.ts'
import { closeAll, notHere, openTargets, overBudget } from './outcomes.ts'
import { type Asking, repairOne } from './repair-one.ts'
import type { Target } from './target.ts'
import type { Adviser, Workplace } from './workplace.ts'

/** A formatter's business is nobody else's. */
const formatters: ReadonlySet<string> = new Set(['prettier', 'ruff-format'])

/** Asks the model for what is left, one group at a time. What is kept is in the copy, and is a step of its own. */
export async function askModel(place: Workplace, targets: readonly Target[], steps: Step[]): Promise<void> {
  const { request, context } = place
  for (const target of openTargets(targets).filter(({ told }) => formatters.has(told.tool)))
    target.outcome = notHere(`${target.told.tool} could not repair it, and its layout is not asked of a model.`)
  if (openTargets(targets).length === 0) return
  if (request.model === 'none') return withoutAsking(place, targets)
  if (context.engine === null) return withoutEngine(place, targets)
  let adviser: Adviser | null = null
  try {
    adviser = { engine: await requireEngine(context), answered: 0 }
    await askGroups(place, targets, { adviser, steps })
    for (const notice of adviser.engine.notices) context.notice(notice)
  } catch (error) {
    context.signal.throwIfAborted()
    const over = context.budget.exhausted()
    if (over !== null) return closeAll(targets, overBudget(over))
    if (!(error instanceof AppError)) throw error
    // A failure where nothing could be asked; where something could, the run is not finished.
    const code = adviser === null || adviser.answered === 0 ? error.code : 'FIX_UNFINISHED'
    context.notice({ code, message: error.message, hint: error.hint ?? '' })
    closeAll(targets, overBudget(error.message))
  }
}

/** That a file cannot be written is why the linters have repaired nothing in it, whoever else would be asked. */
async function withoutAsking(place: Workplace, targets: readonly Target[]): Promise<void> {
  for (const [path, own] of Map.groupBy(openTargets(targets), ({ told }) => told.path)) {
    const text = await writableText(path, place)
    closeAll(own, notHere('reason' in text ? text.reason : 'No model was to be asked.'))
  }
}

async function askGroups(place: Workplace, targets: readonly Target[], asking: Asking): Promise<void> {
  const { context } = place
  const paths = [...new Set(openTargets(targets).map(({ told }) => told.path))]
  context.emit({ type: 'repair-plan', problems: openTargets(targets).length })
  for (const path of paths) {
    for (let group = await nextGroup(path, targets, place); group !== null; group = await nextGroup(path, targets, place)) {
      const over = context.budget.exhausted()
      if (over !== null) return closeAll(targets, overBudget(over))
      await repairOne(group, { place, targets, ...asking })
    }
  }
}

/** The first group of a file that is still to be done, with the file as it is now. */
async function nextGroup(path: string, targets: readonly Target[], place: Workplace): Promise<TargetGroup | null> {
  const own = openTargets(targets).filter(({ told }) => told.path === path)
  if (own.length === 0) return null
  const text = await writableText(path, place)
  if ('reason' in text) {
    closeAll(own, notHere(text.reason))
    return null
  }
  const [group = null] = await groupTargets(path, text.text, own)
  return group
}

/** Nobody named a model, and there is none: what is left is unseen. */
function withoutEngine({ context }: Workplace, targets: readonly Target[]): void {
  context.notice({
    code: 'MODEL_MISSING',
    message: 'There is no model, so only what linters repair themselves was repaired.',
    hint: 'Name an endpoint with --base-url, get a model with `agent models pull`, or say --no-model.',
  })
  closeAll(targets, overBudget('there is no model'))
}

/** The text of a file; of one that cannot be written back as it was, why it is left alone. */
async function writableText(path: string, { bench }: Workplace): Promise<{ text: string } | { reason: string }> {
  const refusal = refusalOf(path, 'write')
  if (refusal !== null) return { reason: refusal }
  try {
    const bytes = await bench.transaction.checkout.read(path)
    if (fileText(path, bytes).encoding === 'utf8') return { text: bytes.toString('utf8') }
    return { reason: `${path} is not UTF-8, and writing it would change every line with another letter.` }
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) }
  }
}
