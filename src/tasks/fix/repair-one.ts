import type { Step } from './conclude.ts'
import { follow } from './follow-targets.ts'
import { judgeAsIs } from './gate-claims.ts'
import type { TargetGroup } from './group-targets.ts'
import { isLinterCode } from './linter-code.ts'
import { closeAll, describeOutcome, notHere, openTargets, rulesOf } from './outcomes.ts'
import { repairGroup, type Repaired } from './repair-group.ts'
import { isClaim, type Outcome, type Target, type Verifier } from './target.ts'
import { type GuardingTests, guardingTests, sandboxProblem } from './test-group.ts'
import { tellWeakTests } from './untested.ts'
import { type Adviser, testSetup, type Workplace } from './workplace.ts'

export interface Asking {
  adviser: Adviser
  steps: Step[]
}

interface Repairing extends Asking {
  place: Workplace
  targets: readonly Target[]
}

/** Asks the model for one group, and says of its problems what became of them. */
export async function repairOne(group: TargetGroup, repairing: Repairing): Promise<void> {
  const { context, bench } = repairing.place
  const name = `${group.path}:${group.region.start}`
  const startedAt = performance.now()
  const openBefore = openTargets(repairing.targets).length
  context.emit({ type: 'unit-start', unit: name, path: group.path })
  const start = await bench.transaction.snapshot()
  let apart: string | null = null
  try {
    apart = await repairOrClose(group, repairing)
  } catch (error) {
    await bench.transaction.restore(start)
    throw error
  } finally {
    const [outcome = null] = group.targets.map((target) => target.outcome)
    context.emit({
      type: 'repair-end',
      group: name,
      rules: rulesOf(group.targets),
      text: apart ?? describeOutcome(outcome),
      problems: openBefore - openTargets(repairing.targets).length,
      durationMs: performance.now() - startedAt,
    })
  }
}

/** Returns a sentence where the group is to be taken apart. */
async function repairOrClose(whole: TargetGroup, { place, targets, adviser, steps }: Repairing): Promise<string | null> {
  const { bench } = place
  const guard = await guardOf(whole.path, place)
  if ('kind' in guard) {
    closeAll(whole.targets, guard)
    return null
  }
  const text = (await bench.transaction.checkout.read(whole.path)).toString('utf8')
  await confirmClaims(whole, { place, adviser, text })
  const group = { ...whole, targets: openTargets(whole.targets) }
  if (group.targets.length === 0) return null
  const repaired = await repairGroup(group, { adviser, place, text, tests: guard.tests })
  const apart = settle(repaired, group, { place, targets, text })
  if (repaired.kind === 'kept') {
    if (guard.tests) tellWeakTests(group.path, guard.tests, place.context)
    steps.push({ snapshot: await bench.transaction.snapshot(), subject: `repair ${rulesOf(group.targets).join(', ')} in ${group.path}` })
  }
  return apart
}

/** What has to be known before a model is asked: whether its code can be tried out without running on this machine as it is. */
async function guardOf(path: string, place: Workplace): Promise<{ tests: GuardingTests | null } | Outcome> {
  const tools = await place.bench.tools()
  try {
    if (tools.kind === 'host' && (await isLinterCode(path, await place.bench.project())) && (await place.bench.open()).kind !== 'host')
      return notHere('Linters run this file as their own code, and what a model writes does not run on this machine as it is.')
    return { tests: await guardingTests([path], testSetup(place)) }
  } catch (error) {
    const reason = sandboxProblem(error)
    if (reason === null) throw error
    return { kind: 'not-kept', gate: 'tests', reason: `Its tests cannot be run: ${reason}`, attempts: 0 }
  }
}

/**
 * A model that does not see a claim in the lines as they are would not see it in any others either, so what it then says of a repair proves
 * nothing: such a claim is left alone.
 */
async function confirmClaims(
  { path, region, isSymbol, targets }: TargetGroup,
  { place, adviser, text }: Pick<Repairing, 'place' | 'adviser'> & { text: string },
): Promise<void> {
  for (const claim of openTargets(targets).filter((target) => isClaim(target) && target.isConfirmed !== true)) {
    const said = await judgeAsIs(claim, { path, text, region: isSymbol ? region : null }, { adviser, place })
    adviser.answered++
    if (said.verdict === 'present') claim.isConfirmed = true
    else if (claim.isConfirmed === 'stale' && said.verdict === 'absent')
      claim.outcome = {
        kind: 'not-attempted',
        why: 'gone',
        reason: `Another repair has changed it, and the model does not see it any more: ${said.reason}`,
      }
    else
      claim.outcome = notHere(
        `Asked about these lines alone, the model ${said.verdict === 'absent' ? 'does not see it' : 'is not sure of it'}, so that it could not tell a repair from none: ${said.reason}`,
      )
  }
}

/** Says what became of a group; of one that is to be taken apart, in a sentence, that it is. */
function settle(
  repaired: Repaired,
  { path, targets: own }: TargetGroup,
  { place, targets, text }: { place: Workplace; targets: readonly Target[]; text: string },
): string | null {
  switch (repaired.kind) {
    case 'kept': {
      const { passed, attempts } = repaired
      const fixed = (target: Target): Outcome => ({
        kind: 'fixed',
        by: 'model',
        attempts: target.attempts + attempts,
        verifiedBy: [witnessOf(target), ...passed.verifiedBy.filter((verifier) => verifier !== witnessOf(target))],
      })
      follow(targets, {
        place,
        edit: { path, before: text, after: passed.text },
        state: passed.state,
        fixed,
        settled: new Set(own.filter(isClaim)),
      })
      return null
    }
    case 'refused':
      return refuse(own, repaired, place)
    case 'unfinished':
      closeAll(own, { kind: 'not-attempted', why: 'budget', reason: repaired.reason })
      return null
  }
}

/** One hard problem must not cost its neighbours: each is taken by itself, with the attempts that are left. */
function refuse(
  own: readonly Target[],
  { refused, attempts }: Extract<Repaired, { kind: 'refused' }>,
  { request }: Workplace,
): string | null {
  if (own.length === 1 || attempts >= request.attempts) {
    for (const target of own) closeAll([target], { kind: 'not-kept', ...refused, attempts: target.attempts + attempts })
    return null
  }
  for (const target of own) {
    target.attempts += attempts
    target.isAlone = true
  }
  return `not kept together (${refused.gate}), so one by one: ${refused.reason.replace(/\n.*/s, '')}`
}

/** Who says that it is gone. */
function witnessOf({ finding, told }: Target): Verifier {
  if (told.tool === 'check' && finding !== null) return 'check'
  return finding?.source.kind === 'model' ? 'model' : 'linter'
}
