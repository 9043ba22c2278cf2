import { describe, expect, it } from 'vitest'
import { gitBlame } from '../../src/tools/git-blame.ts'
import { gitDiff } from '../../src/tools/git-diff.ts'
import { gitLog } from '../../src/tools/git-log.ts'
import { gitStatus } from '../../src/tools/git-status.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { toolContract } from './contract.ts'
import { toolContext } from './tool-context.ts'

const files = { 'src/a.ts': 'one\ntwo\n' }
toolContract(gitStatus, { files, input: {} })
toolContract(gitDiff, { files, input: { path: 'src' }, pathFields: ['path'] })
toolContract(gitLog, { files, input: { path: 'src/a.ts', count: 3 }, pathFields: ['path'] })
toolContract(gitBlame, { files, input: { path: 'src/a.ts', start_line: 1, line_count: 2 }, pathFields: ['path'] })

describe('the tools that ask git', () => {
  it('tell what differs from the last commit', async () => {
    using repository = temporaryRepository({ files })
    const context = toolContext(repository)
    expect(await gitStatus.run({}, context)).toEqual({ text: 'Nothing differs from the last commit.' })
    expect(await gitDiff.run({ path: '.' }, context)).toEqual({ text: 'Nothing differs from the last commit.' })
    expect(await gitDiff.run({ path: 'src/a.ts' }, context)).toEqual({ text: 'src/a.ts does not differ from the last commit.' })
    repository.write('src/a.ts', 'one\n2\u001b[31m\n')
    repository.write('new.ts', 'x\n')
    expect(await gitStatus.run({}, context)).toEqual({ text: ' M src/a.ts\n?? new.ts' })
    const { text } = await gitDiff.run({ path: '.' }, context)
    expect(text.split('\n').slice(4)).toEqual(['@@ -1,2 +1,2 @@', ' one', '-two', '+2␛[31m', 'Not tracked yet: new.ts'])
  })

  it('tell who did what', async () => {
    using repository = temporaryRepository({ files })
    const id = repository.commit('Change the second line', { 'src/a.ts': 'one\n2\n' })
    const context = toolContext(repository)
    const { text: log } = await gitLog.run({ path: '.', count: 100 }, context)
    expect(log.split('\n').map((line) => line.split('\t').slice(1))).toEqual([
      ['2024-05-06', 'Ada Tester', 'Change the second line'],
      ['2024-05-06', 'Ada Tester', 'The first commit'],
    ])
    expect(await gitLog.run({ path: 'other.ts', count: 5 }, context)).toEqual({ text: 'No commit changed other.ts.' })
    expect(await gitBlame.run({ path: 'src/a.ts', start_line: 2, line_count: 9 }, context)).toEqual({
      text: `${id.slice(0, 8)} 2024-05-06 Ada Tester 2| 2`,
    })
    repository.commit('Empty it', { 'src/a.ts': '' })
    await expect(gitBlame.run({ path: 'src/a.ts', start_line: 1, line_count: 9 }, context)).rejects.toThrow('src/a.ts has only 0 lines')
  })
})
