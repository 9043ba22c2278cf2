import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { toolsFor } from '../../src/tools/registry.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { toolContext } from '../tools/tool-context.ts'
import { calls, resultsIn, runScripted } from './agent-run.ts'
import { printedWrites } from './printed-writes.ts'

const input = { path: 'src/jam.ts', content: 'export const jam = "<b>{1}</b>"\n' }

describe('the loop over the real tools on a real repository', () => {
  it.each([...printedWrites(input), ['a native call', '']])('reads, writes and looks at the difference: %s', async (_format, text) => {
    using repository = temporaryRepository()
    repository.commit('begin', { 'src/marmalade.ts': 'export const marmalade = 1\n' })
    const answers = [
      calls({ name: 'search', input: { pattern: 'marmalade' } }, { name: 'read_file', input: { path: 'src/marmalade.ts' } }),
      text === '' ? calls({ name: 'write_file', input }) : text,
      calls(
        { name: 'read_file', input: { path: '../outside' } },
        { name: 'write_file', input: { path: '.git/config', content: 'x' } },
        { name: 'git_status', input: {} },
      ),
    ]
    const { outcome, requests } = await runScripted(answers, {
      tools: toolsFor(['read', 'write']),
      context: (signal) => toolContext(repository, { signal }),
      engine: { contextTokens: 16_384 },
    })
    expect(outcome).toMatchObject({ ending: 'done', steps: 4 })
    expect(outcome.calls.map(({ tool, isError }) => `${tool}${isError ? ' failed' : ''}`)).toEqual([
      'search',
      'read_file',
      'write_file',
      'read_file failed',
      'write_file failed',
      'git_status',
    ])
    expect(readFileSync(join(repository.root, input.path), 'utf8')).toBe(input.content)
    expect(resultsIn(requests.at(-1)!).at(-1)).toContain('src/jam.ts')
  })
})
