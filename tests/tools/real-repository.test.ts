import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createOutputs } from '../../src/tools/outputs.ts'
import { toolsFor } from '../../src/tools/registry.ts'
import { createSeenFiles } from '../../src/tools/seen-files.ts'
import type { ToolContext } from '../../src/tools/tool.ts'
import { discoverRepository } from '../../src/workspace/discover-repository.ts'
import { createGit } from '../../src/workspace/git.ts'
import { openCheckout } from '../../src/workspace/open-checkout.ts'

/** This repository, as whoever asks for an explanation of it would open it. */
async function here(): Promise<ToolContext> {
  const { root, environment } = await discoverRepository(join(import.meta.dirname, '../..'), process.env)
  return {
    checkout: openCheckout({ root, git: createGit(root, environment), environment, readOnly: true }),
    run: async () => {
      throw new Error('Nothing is run here.')
    },
    commandTimeout: 1000,
    outputs: createOutputs({ maxCharacters: 10_000 }),
    seen: createSeenFiles(),
    signal: new AbortController().signal,
  }
}

async function call(name: string, input: Record<string, unknown>): Promise<string> {
  const tool = toolsFor(['read', 'write', 'execute']).find((one) => one.name === name)
  if (!tool) throw new Error(`There is no ${name}.`)
  return (await tool.run(tool.input.parse(input), await here())).text
}

it('finds its way in a real repository', async () => {
  expect(await call('list_files', {})).toMatch(/^[\d,]+ files in the repository, by folder\..*\n/)
  expect(await call('list_files', { folder: 'src/tools', glob: 'read-*.ts' })).toContain('src/tools/read-file.ts\n')
  expect(await call('search', { pattern: '^export const readFile = defineTool', glob: '*.ts' })).toMatch(
    /^1 line in 1 file:\nsrc\/tools\/read-file\.ts\n {2}\d+: export const readFile = defineTool\(\{$/,
  )
  expect(await call('read_file', { path: 'src/tools/read-file.ts', line_count: 1 })).toMatch(
    /^src\/tools\/read-file\.ts, lines 1-1 of \d+:\n1\| import/,
  )
  expect(await call('git_log', { count: 1 })).toMatch(/^[0-9a-f]{7,}\t\d{4}-\d\d-\d\d\t/)
  expect(await call('git_status', {})).not.toBe('')
})

it('changes nothing in a tree that is opened for reading', async () => {
  await expect(call('write_file', { path: 'new.txt', content: 'x' })).rejects.toThrow('this task only reads')
  await expect(call('delete_file', { path: 'package.json' })).rejects.toThrow('this task only reads')
  await expect(call('move_file', { from: 'package.json', to: 'b.json' })).rejects.toThrow('this task only reads')
})
