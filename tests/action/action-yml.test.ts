import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '../..')
const text = readFileSync(join(root, 'action.yml'), 'utf8')

it('starts a file that is there, with the Node that it was built for', () => {
  const { runs } = parse(text) as { runs: Record<string, string> }
  expect(runs).toEqual({ using: 'node24', main: 'dist/action/index.mjs' })
  expect(existsSync(join(root, runs.main ?? ''))).toBe(true)
})

it('sets the outputs that it names', () => {
  const { outputs } = parse(text) as { outputs: object }
  expect(Object.keys(outputs).toSorted()).toEqual(['exit-reason', 'findings', 'highest-severity', 'report', 'sarif'])
})
