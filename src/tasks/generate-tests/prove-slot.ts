import { posix } from 'node:path'
import { testRunners } from '../../test-runners/registry.ts'
import type { Placement } from './target.ts'

/**
 * Another place for a test file, beside its own and found by the same rules, so that several tests for one file can be run at once. Null
 * where a file's name or its package decides what it is.
 */
export function slotFor({ path, use }: Pick<Placement, 'path' | 'use'>, index: number): string | null {
  const runner = testRunners.find(({ name }) => name === use.runner)
  const names = variants[use.runner]?.(posix.basename(path), index) ?? []
  const paths = names.map((name) => posix.join(posix.dirname(path), name))
  return paths.find((other) => runner?.isTestFile(other)) ?? paths[0] ?? null
}

function scriptNames(name: string, index: number): string[] {
  const dot = name.indexOf('.', 1)
  return [`${name.slice(0, dot)}.agent-proof-${index}${name.slice(dot)}`, `agent-proof-${index}.${name}`]
}

const pythonNames = (name: string, index: number) =>
  name.startsWith('test_') ? [`test_agent_proof_${index}_${name.slice('test_'.length)}`] : [`agent_proof_${index}_${name}`]

const variants: Readonly<Record<string, (name: string, index: number) => string[]>> = {
  vitest: scriptNames,
  jest: scriptNames,
  mocha: scriptNames,
  'node-test': scriptNames,
  pytest: pythonNames,
}
