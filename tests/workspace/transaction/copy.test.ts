import { expect, it } from 'vitest'
import { filesOf, testPlace } from '../../helpers/transaction-place.ts'

it('carries files as they are on disk, whatever the index says', async () => {
  const { user, begin } = await testPlace({ files: { 'a.txt': 'one\n', 'deep/b.txt': 'two\n', 'gone.txt': 'x\n' } })
  user.stage({ 'a.txt': 'staged\n' })
  user.write('a.txt', 'on disk\n')
  user.write('new/file.txt', '')
  user.git('rm', '-q', 'gone.txt')
  const transaction = await begin()
  expect(filesOf(transaction.checkout.root)).toEqual(filesOf(user.root))
  expect(await transaction.changes()).toEqual({ files: [], patch: Buffer.alloc(0), refused: [] })
  await transaction.checkout.write('a.txt', Buffer.from('by the run\n'))
  await transaction.checkout.write('z/y.txt', Buffer.from('by the run\n'))
  await transaction.checkout.remove('deep/b.txt')
  const applied = await transaction.apply()
  expect(applied.files.map(({ path, kind }) => `${kind} ${path}`)).toEqual(['modified a.txt', 'deleted deep/b.txt', 'added z/y.txt'])
  expect(filesOf(user.root)).toEqual(filesOf(transaction.checkout.root))
})
