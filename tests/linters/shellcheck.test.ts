import { describe, expect, it } from 'vitest'
import { shellcheck } from '../../src/linters/shellcheck.ts'
import { projectOf } from '../helpers/linter-runner.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { linterContract } from './contract.ts'

linterContract({
  linter: shellcheck,
  probe: ['shellcheck', '--version'],
  project: { '.shellcheckrc': 'disable=SC2034\n' },
  clean: { path: 'src/clean.sh', text: '#!/bin/sh\necho ok\n' },
  problem: { path: 'src/problem.sh', text: '#!/bin/sh\necho "$missing"\n', rule: 'SC2154', severity: 'warning' },
  broken: { path: 'src/broken.sh', text: '#!/bin/sh\nif [ ; then\n' },
  emoji: { path: 'src/emoji.sh', text: '#!/bin/sh\n\techo "😀é" "$missing" # é\n', token: '$missing', precision: 'range' },
  crash: { '.shellcheckrc': 'nonsense\n' },
  withoutConfiguration: 'checked',
})

describe('shellcheck', () => {
  it('is used by a project whose hooks or CI run it', async () => {
    using folder = temporaryFolder({ '.github/workflows/ci.yml': 'run: shellcheck *.sh', 'b/.shellcheckrc': '', 'a.sh': '' })
    const uses = await shellcheck.detect(projectOf(folder.path))
    expect(uses.map(({ directory }) => directory)).toEqual(['.', 'b'])
  })
})
