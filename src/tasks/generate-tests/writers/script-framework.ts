import type { Binding, ImportStatement } from './script-bindings.ts'

const structure = ['describe', 'it', 'test', 'suite', 'beforeEach', 'afterEach']
const hooks = ['beforeAll', 'afterAll']

const brought: Readonly<Record<string, { module: string; names: readonly string[]; isGlobal: boolean }>> = {
  vitest: { module: 'vitest', names: [...structure, ...hooks, 'expect', 'vi', 'expectTypeOf', 'assert'], isGlobal: false },
  jest: { module: '@jest/globals', names: [...structure, ...hooks, 'expect', 'jest'], isGlobal: true },
  mocha: { module: 'mocha', names: [...structure, 'before', 'after', 'context', 'specify'], isGlobal: true },
  'node-test': { module: 'node:test', names: [...structure, 'before', 'after', 'mock'], isGlobal: false },
}

interface Manner {
  runner: string
  kind: ImportStatement['kind']
  /** What neighbouring tests import. */
  neighbours: readonly (readonly Binding[])[]
}

/** Names that a test framework brings: imported where the neighbours do, or where it has no globals. */
export function frameworkBindings(free: readonly string[], { runner, neighbours }: Manner): Binding[] {
  const framework = brought[runner]
  const nearest = neighbours[0]
  return free.flatMap((name): Binding[] => {
    const known = neighbours.flat().find(({ local, module }) => local === name && !module.startsWith('.'))
    if (known) return [known]
    // Neighbours that do without an import have globals.
    const isGlobal = nearest === undefined ? framework?.isGlobal : !nearest.some(({ module }) => module === framework?.module)
    if (framework?.names.includes(name) && !isGlobal) return [{ module: framework.module, imported: name, local: name, isType: false }]
    return name === 'assert' ? [{ module: 'node:assert/strict', imported: 'default', local: name, isType: false }] : []
  })
}
