import type { Message } from '../../domain/message.ts'
import { readLines } from '../../domain/edit/file-lines.ts'
import { askFix } from './ask-fix.ts'
import { checkEdit, type Judging, type Passed } from './check-edit.ts'
import type { Edit, Refused } from './edit.ts'
import type { TargetGroup } from './group-targets.ts'
import { againMessages, fixMessages, longestRegion } from './messages.ts'
import { readAnswer } from './read-answer.ts'
import { linesOf } from './target.ts'
import type { GuardingTests } from './test-group.ts'
import type { Adviser, Workplace } from './workplace.ts'

interface Repairing {
  adviser: Adviser
  place: Workplace
  /** The file as it is. */
  text: string
  tests: GuardingTests | null
}

export type Repaired =
  | { kind: 'kept'; attempts: number; passed: Passed }
  | { kind: 'refused'; attempts: number; refused: Refused }
  /** The budget ended before there was an answer. */
  | { kind: 'unfinished'; attempts: number; reason: string }

/** Asks the model for one group until an answer passes every gate, or the attempts are over. The copy is what it was, unless one is kept. */
export async function repairGroup(group: TargetGroup, { adviser, place, text, tests }: Repairing): Promise<Repaired> {
  const { request, context, bench } = place
  const start = await bench.transaction.snapshot()
  const isWhole = group.region.end - group.region.start < longestRegion
  const region = readLines(text)
    .texts.slice(group.region.start - 1, group.region.end)
    .join('\n')
  const first = fixMessages(group, text, isWhole)
  const judging: Judging = { adviser, place, targets: group.targets, tests }
  const said = new Set<string>()
  let messages: readonly Message[] = first
  let refused: Refused = { gate: 'answer', reason: 'There was no answer.' }
  const most = attemptsFor(group, request.attempts)
  for (let attempt = 1; attempt <= most; attempt++) {
    const over = context.budget.exhausted()
    if (over !== null) return { kind: 'unfinished', attempts: attempt - 1, reason: over }
    const answer = await askFix(messages, { ...adviser, region }, context)
    if ('gate' in answer) return { kind: 'refused', attempts: attempt - 1, refused: attempt === 1 ? answer : refused }
    adviser.answered++
    // Greedy, so that a third time would be the same again.
    if (said.has(answer.text)) return { kind: 'refused', attempts: attempt, refused: again(refused) }
    said.add(answer.text)
    const judged = answer.isCut ? cutOff : await judge(answer.text, { group, text, isWhole, judging })
    // What linters and tests left behind is no part of the repair.
    await bench.transaction.restore(start)
    if ('state' in judged) {
      await bench.transaction.checkout.write(group.path, Buffer.from(judged.text))
      return { kind: 'kept', attempts: attempt, passed: judged }
    }
    refused = judged
    messages = againMessages(first, answer.text, refused.reason)
  }
  return { kind: 'refused', attempts: most, refused }
}

/** Of several problems together, half of the attempts are kept for each by itself. */
function attemptsFor({ targets }: TargetGroup, attempts: number): number {
  if (targets.length > 1) return attempts - Math.floor(attempts / 2)
  return attempts - (targets[0]?.attempts ?? 0)
}

const cutOff: Refused = { gate: 'answer', reason: 'The answer was cut off. Answer with the code only.' }

const again = ({ gate, reason }: Refused): Refused => ({ gate, reason: `${reason} Then the same answer came again.` })

interface Answered {
  group: TargetGroup
  text: string
  isWhole: boolean
  judging: Judging
}

async function judge(answer: string, { group, text, isWhole, judging }: Answered): Promise<Passed | Refused> {
  const { path, region, isSymbol, targets } = group
  const read = readAnswer(answer, { path, region, text, isWhole })
  if ('gate' in read) return read
  const flagged = targets.flatMap(({ current }) => current ?? []).map((diagnostic) => linesOf(diagnostic) ?? region)
  const edit: Edit = { path, before: text, after: read.text, flagged, region: isSymbol ? region : null }
  return checkEdit(edit, judging)
}
