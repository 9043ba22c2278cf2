import { expect, it } from 'vitest'
import { fix } from '../../../src/tasks/fix/fix.ts'
import { scriptedEngine } from '../../helpers/scripted-engine.ts'
import { seededRandom } from '../../helpers/seeded-random.ts'
import { runOn } from '../../helpers/task-run.ts'
import { fence, fingerprint, project, request, resultOf, textIn } from './fix-run.ts'
import { right, saboteurs, source, test } from './saboteur-answers.ts'

const rounds = process.env.SOAK === '1' ? 25 : 2
const groups = ['a', 'b', 'c', 'd', 'e', 'f']

it('lets nothing of many saboteurs land in one run, and keeps what is right between them', { timeout: 3_600_000 }, async () => {
  for (let round = 0; round < rounds; round++) {
    const random = seededRandom(round + 1)
    // For each file three answers; the last of some is right, and answers of one file are of different saboteurs.
    const plans = new Map(
      groups.map((name, index) => {
        const wrong = Array.from({ length: 3 }, () => saboteurs[random.below(saboteurs.length)]!)
        const isMended = index % 3 === round % 3
        return [
          name,
          { answers: [...wrong.slice(0, 2).map(([, answer]) => answer), isMended ? fence(right) : wrong[2]![1]], isMended, wrong },
        ]
      }),
    )
    const files = Object.fromEntries(
      groups.flatMap((name) => [
        [`src/${name}/list.js`, source],
        [`src/${name}/list.test.js`, test.replace('two == 2', 'two === "2"')],
      ]),
    )
    const repository = project(files)
    const before = fingerprint(repository)
    const asks = new Map<string, number>()
    const { handle } = scriptedEngine((said) => {
      const name = /src\/([a-f])\/list\.js/.exec(JSON.stringify(said.messages))?.[1] ?? ''
      const turn = asks.get(name) ?? 0
      asks.set(name, turn + 1)
      return `${plans.get(name)?.answers[turn] ?? ''}${'\nAgain.'.repeat(turn)}`
    })
    const report = await runOn(repository, fix, request, { engine: handle })
    const mended = groups.filter((name) => plans.get(name)?.isMended)
    const told = resultOf(report).targets.map(({ path, outcome, reason }) => ({ path, outcome, hasReason: reason !== '' }))
    expect(told).toEqual(
      groups.map((name) =>
        mended.includes(name)
          ? { path: `src/${name}/list.js`, outcome: 'fixed', hasReason: false }
          : { path: `src/${name}/list.js`, outcome: 'not-kept', hasReason: true },
      ),
    )
    for (const name of groups)
      expect(textIn(repository, `src/${name}/list.js`)).toBe(mended.includes(name) ? source.replace('==', '===') : source)
    // Taken back by hand, everything is as it was: nothing else has changed.
    for (const name of mended) repository.write(`src/${name}/list.js`, source)
    repository.git('update-index', '--refresh', '-q')
    expect(fingerprint(repository)).toEqual(before)
  }
})
