import { expect, it } from 'vitest'
import { fix } from '../../../src/tasks/fix/fix.ts'
import { ask } from '../../helpers/programs.ts'
import { scriptedEngine } from '../../helpers/scripted-engine.ts'
import { runOn } from '../../helpers/task-run.ts'
import { fence, project, request, resultOf, textIn } from './fix-run.ts'

it('lets the linter put right what a right edit leaves untidy', async () => {
  const source = 'export function isOne(value) {\n  return value == 1\n}\n'
  const repository = project({
    'eslint.config.js': "export default [{ rules: { eqeqeq: 'error', 'prefer-const': 'error' } }]\n",
    'src/one.js': source,
  })
  const { handle } = scriptedEngine(() => fence(source.replace('  return value == 1', '  let isSame = value === 1\n  return isSame')))
  const report = await runOn(repository, fix, request, { engine: handle })
  expect(resultOf(report).targets).toMatchObject([{ outcome: 'fixed', by: 'model', attempts: 1 }])
  expect(textIn(repository, 'src/one.js')).toBe(source.replace('  return value == 1', '  const isSame = value === 1\n  return isSame'))
})

it('repairs what Biome reports', async () => {
  const source = 'export function twice(value) {\n  value = value * 2\n  return value\n}\n'
  const repository = project({
    'eslint.config.js': 'export default []\n',
    'biome.json': JSON.stringify({ linter: { rules: { style: { noParameterAssign: 'error' } } } }),
    'src/twice.js': source,
  })
  const { handle } = scriptedEngine(() => fence('export function twice(value) {\n  return value * 2\n}\n'))
  const report = await runOn(repository, fix, { ...request, filter: { ...request.filter, tools: ['biome'] } }, { engine: handle })
  expect(resultOf(report).targets).toMatchObject([{ tool: 'biome', outcome: 'fixed', by: 'model' }])
})

it.skipIf(process.env.CI !== 'true' && ask('shellcheck', '--version') === null)('repairs what ShellCheck reports', async () => {
  const repository = project({ '.shellcheckrc': 'shell=sh\n', 'build.sh': '#!/bin/sh\nrm -r $1\n' })
  const { handle } = scriptedEngine(() => fence('#!/bin/sh\nrm -r "$1"\n'))
  const report = await runOn(repository, fix, request, { engine: handle })
  expect(resultOf(report).targets).toMatchObject([{ tool: 'shellcheck', outcome: 'fixed', by: 'model' }])
  expect(textIn(repository, 'build.sh')).toBe('#!/bin/sh\nrm -r "$1"\n')
})
