import { expect, it } from 'vitest'
import { toolsFor } from '../../src/tools/registry.ts'

it('gives a task the tools of its effects and no others', () => {
  for (const effects of [['read'], ['read', 'write'], ['write'], ['read', 'write', 'execute'], []] as const) {
    const given = new Set(toolsFor(effects).map(({ effect }) => effect))
    expect([...given].toSorted()).toEqual([...effects].toSorted())
  }
})

it('names every tool once', () => {
  const names = toolsFor(['read', 'write', 'execute']).map(({ name }) => name)
  expect(names).toEqual([...new Set(names)])
  expect(names).toEqual(expect.arrayContaining(['read_file', 'write_file', 'search', 'run_command', 'read_output']))
})
