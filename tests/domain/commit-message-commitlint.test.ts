import { execFileSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { rulesFromCommitlint } from '../../src/domain/commit-message-commitlint.ts'
import { conventionalRules } from '../../src/domain/commit-message-rules.ts'
import { pathWithTools } from '../helpers/programs.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

const packages = join(import.meta.dirname, '../../node_modules')

/** What the real commitlint makes of a configuration. */
function resolved(config: string): unknown {
  using folder = temporaryFolder({ 'commitlint.config.mjs': config })
  symlinkSync(packages, join(folder.path, 'node_modules'))
  const text = execFileSync(join(packages, '.bin/commitlint'), ['--print-config=json'], {
    cwd: folder.path,
    env: { PATH: pathWithTools },
    encoding: 'utf8',
  })
  return JSON.parse(text)
}

describe('the rules of commitlint', () => {
  it('are the conventional ones where its conventional configuration is all there is', () => {
    expect(rulesFromCommitlint(resolved("export default { extends: ['@commitlint/config-conventional'] }"))).toEqual(conventionalRules)
  })

  it('tell the types, the scopes and the lengths of a project', () => {
    const config = `export default { extends: ['@commitlint/config-conventional'], rules: {
      'type-enum': [2, 'always', ['feature', 'bug']], 'scope-enum': [2, 'always', ['api', 'web/ui']], 'scope-empty': [2, 'never'],
      'header-max-length': [2, 'always', 60], 'body-max-line-length': [2, 'always', 80], 'body-empty': [2, 'never'],
      'subject-case': [2, 'always', 'sentence-case'] } }`
    expect(rulesFromCommitlint(resolved(config))).toEqual({
      types: ['feature', 'bug'],
      scopes: ['api', 'web/ui'],
      scope: 'required',
      body: 'required',
      subjectCase: 'sentence',
      headerLength: 60,
      lineLength: 80,
    })
  })

  it.each([
    [{ 'scope-empty': [2, 'always'] }, { scope: 'forbidden' }],
    [{ 'scope-empty': [0, 'never'] }, { scope: 'optional' }],
    [{ 'scope-enum': [2, 'always', { scopes: ['a'], delimiters: [','] }] }, { scopes: ['a'] }],
    [{ 'scope-enum': [2, 'always', []] }, { scopes: null }],
    [{ 'scope-enum': [2, 'never', ['a']] }, { scopes: null }],
    [{ 'type-enum': [2, 'always', [{ x: 1 }]] }, { types: conventionalRules.types }],
    [{ 'type-enum': ['x'] }, { types: conventionalRules.types }],
    [{ 'subject-case': [2, 'never', ['lower-case']] }, { subjectCase: 'sentence' }],
    [{ 'subject-case': [2, 'never', ['sentence-case']] }, { subjectCase: 'lower' }],
    [{ 'header-max-length': [2, 'always', -1] }, { headerLength: 100 }],
  ])('of %j are %j', (rules, expected) => {
    expect(rulesFromCommitlint({ rules })).toMatchObject(expected)
  })

  it.each([null, 'text', [], { rules: 3 }])('are unknown where %j is what it said', (value) => {
    expect(rulesFromCommitlint(value)).toBeNull()
  })
})
