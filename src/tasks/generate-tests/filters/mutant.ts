import { type Mutant, mutantsOf } from '../../../mutators/mutate-text.ts'
import { killsAmong } from '../prove-mutants.ts'
import type { Proving } from '../prove.ts'
import { mutantId } from '../survey.ts'
import type { Target } from '../target.ts'
import { rejected, type Rejection, type Trial } from '../trial.ts'
import type { Filter } from './filter.ts'

/** It fails with at least one defect in the lines that it was written for: one that passes whatever they do is no test of them. */
export const killsMutant: Filter = {
  name: 'mutant',
  async judge(trials, proving) {
    const open = trials.filter(({ killed }) => killed.length === 0)
    const mutants = new Map<Trial, readonly (readonly [string, Mutant])[]>()
    for (const trial of open) mutants.set(trial, await mutantsIn(trial.candidate.target, proving))
    const kills = await killsAmong(open, (trial) => mutants.get(trial) ?? [], { ...proving, isEnough: (killed) => killed.length > 0 })
    return new Map(
      open
        .filter((trial) => (kills.get(trial) ?? []).length === 0)
        .map((trial) => [trial, refusal(trial, mutants.get(trial)?.length ?? 0)]),
    )
  },
}

async function mutantsIn(target: Target, { benches: [bench] }: Proving): Promise<readonly (readonly [string, Mutant])[]> {
  const text = await (await bench.project()).read(target.path)
  if (text === null) return []
  const found = await mutantsOf(text, target.path, (line) => line >= target.startLine && line <= target.endLine)
  // Survivors were tried before.
  return (found ?? []).map((mutant) => [mutantId(target.path, mutant), mutant] as const).filter(([id]) => !target.survivors.has(id))
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
