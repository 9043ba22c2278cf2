import fc from 'fast-check'
import { chmodSync, lstatSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { undoLastRun } from '../../../src/workspace/transaction/undo-last-run.ts'
import { temporaryRepository } from '../../helpers/git-repository.ts'
import { applyEdits, type Edit } from '../../helpers/transaction-edits.ts'
import { filesOf, gitState, placeOf, signal, treeOf } from '../../helpers/transaction-place.ts'

const numRuns = process.env.SOAK === '1' ? 400 : 12

const name = fc.constantFrom('a', 'b', 'c.txt', 'ü', 'with space', '"q"', '-dash', '#hash', '*')
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((segments) => segments.join('/'))
const content = fc.oneof(
  fc.constantFrom('', 'x', 'x\n', 'x\r\n', '\0', '\xff\xfe', 'a\nb\nc\n', 'a\r\nb\nc'),
  fc.string({ unit: 'binary-ascii', maxLength: 40 }),
)
const edit = fc.oneof<fc.Arbitrary<Edit>[]>(
  fc.record({ kind: fc.constant('write' as const), path, content, isProgram: fc.boolean() }),
  fc.record({ kind: fc.constant('replace' as const), path, content }),
  fc.record({ kind: fc.constant('remove' as const), path }),
)
const edits = fc.array(edit, { maxLength: 8 })

it('leaves the tree after applying and taking back as it was before, whatever the edits are', { timeout: 1_200_000 }, async () => {
  const story = fc.asyncProperty(edits, edits, edits, async (committed, mine, byRuns) => {
    using user = temporaryRepository()
    const place = await placeOf(user)
    applyEdits(user.root, committed)
    user.commit('The first commit')
    applyEdits(user.root, mine)
    const [before, git] = [treeOf(user.root), gitState(user)]
    const transaction = await place.begin()
    const start = await transaction.snapshot()
    applyEdits(transaction.checkout.root, byRuns)
    const { files } = await transaction.changes()
    const after = filesOf(transaction.checkout.root)
    await transaction.apply()
    expect(filesOf(user.root)).toEqual(after)
    if (files.length > 0) {
      await undoLastRun(place, { signal })
      expect(filesOf(user.root)).toEqual(Object.fromEntries(Object.entries(before).filter(([, what]) => what !== 'folder')))
      // A folder that was empty at the start is nobody's but the user's.
      expect(Object.keys(before).filter((there) => !(there in treeOf(user.root)))).toEqual([])
    }
    expect(gitState(user)).toEqual(git)
    await transaction.restore(start)
    const left = filesOf(transaction.checkout.root)
    expect(left).toEqual(filesOf(user.root))
    await transaction.close()
  })
  await fc.assert(story, { numRuns })
})

it('keeps the permissions of a file, whatever they were', async () => {
  const modes = fc.integer({ min: 0, max: 0o177 }).map((mode) => mode | 0o600)
  await fc.assert(
    fc.asyncProperty(modes, fc.boolean(), async (mode, isProgram) => {
      using user = temporaryRepository({ files: { 'a.txt': 'a' } })
      chmodSync(join(user.root, 'a.txt'), mode)
      const place = await placeOf(user)
      const transaction = await place.begin()
      applyEdits(transaction.checkout.root, [{ kind: 'write', path: 'a.txt', content: 'b', isProgram }])
      await transaction.apply()
      const modeNow = () => lstatSync(join(user.root, 'a.txt')).mode & 0o777
      expect([modeNow() & 0o666, (modeNow() & 0o100) !== 0]).toEqual([mode & 0o666, isProgram])
      await undoLastRun(place, { signal })
      expect(modeNow()).toBe(mode)
    }),
    { numRuns: Math.ceil(numRuns / 3) },
  )
})
