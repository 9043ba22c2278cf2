import { type Mutant, mutantsOf } from '../../../mutators/mutate-text.ts'
import { killsAmong, spread } from '../prove-mutants.ts'
import type { Proving } from '../prove.ts'
import { mutantId } from '../survey.ts'
import { rejected, type Rejection, type Trial } from '../trial.ts'
import type { Filter } from './filter.ts'

/** It fails with at least one defect in the lines that it was written for: one that passes whatever they do is no test of them. */
export const killsMutant: Filter = {
  name: 'mutant',
  async judge(trials, proving) {
    const open = trials.filter(({ killed }) => killed.length === 0)
    const mutants = new Map<Trial, readonly (readonly [string, Mutant])[]>()
    for (const trial of open) mutants.set(trial, await mutantsFor(trial, proving))
    const kills = await killsAmong(open, (trial) => mutants.get(trial) ?? [], { ...proving, isEnough: (killed) => killed.length > 0 })
    return new Map(
      open
        .filter((trial) => (kills.get(trial) ?? []).length === 0)
        .map((trial) => [trial, refusal(trial, mutants.get(trial)?.length ?? 0)]),
    )
  },
}

/** Enough to tell a test from one that looks at nothing. */
const maxTried = 10

/** Those of the lines that it alone reaches first: it should notice them before all others. Survivors were tried already. */
async function mutantsFor({ candidate: { target }, gained }: Trial, { benches: [bench] }: Proving) {
  const text = await (await bench.project()).read(target.path)
  if (text === null) return []
  const found = await mutantsOf(text, target.path, (line) => line >= target.startLine && line <= target.endLine)
  const others = (found ?? []).map((mutant) => [mutantId(target.path, mutant), mutant] as const).filter(([id]) => !target.survivors.has(id))
  const isNear = ([, { start }]: (typeof others)[number]) => gained.lines.includes(start.line)
  const near = spread(others.filter(isNear), maxTried)
  return [
    ...near,
    ...spread(
      others.filter((one) => !isNear(one)),
      Math.max(1, maxTried - near.length),
    ),
  ]
}

function refusal({ candidate: { target } }: Trial, others: number): Rejection {
  const tried = others + target.survivors.size
  if (tried === 0) return rejected('mutant', `No defect can be planted in ${target.name}, so nothing shows what the test proves.`)
  return rejected(
    'mutant',
    `It notices none of the defects planted in ${target.name}: it passes whatever that does.`,
    `The test still passes when ${target.name} is broken. Assert on the exact result of ${target.name}.`,
  )
}
