import { describe, expect, it } from 'vitest'
import { hadolint } from '../../src/linters/hadolint.ts'
import { projectOf, requestFor, scriptedRun } from '../helpers/linter-runner.ts'
import { ask, pathWithTools } from '../helpers/programs.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { linterContract } from './contract.ts'

const isHere = ask('hadolint', '--version') !== null

// No package of Debian brings it.
if (isHere) {
  linterContract({
    linter: hadolint,
    probe: ['hadolint', '--version'],
    project: { '.hadolint.yaml': 'ignored:\n  - DL3059\n' },
    clean: { path: 'src/clean.Dockerfile', text: 'FROM debian:12\n' },
    problem: { path: 'src/problem.Dockerfile', text: 'FROM debian:latest\n', rule: 'DL3007', severity: 'warning' },
    broken: { path: 'src/broken.Dockerfile', text: 'FROM debian:12\nRUNN x\n' },
    emoji: { path: 'src/emoji.Dockerfile', text: 'FROM debian:12\nRUN echo "😀é" && sudo ls\n', token: 'sudo', precision: 'line' },
    crash: { '.hadolint.yaml': 'ignored: 7\n' },
    withoutConfiguration: 'checked',
    environment: { PATH: pathWithTools },
  })
}
it.skipIf(isHere)('hadolint, the real program (not installed here: no package of the system brings it)', () => {
  expect(isHere).toBe(false)
})

describe('hadolint, what it prints', () => {
  const checked = (result: { code?: number; stdout?: string; stderr?: string }) => {
    const { run } = scriptedRun(result)
    return hadolint.check({ linter: 'hadolint', directory: '.', program: ['hadolint'] }, requestFor('/nowhere', ['Dockerfile'], { run }))
  }
  const finding = { file: './Dockerfile', line: 2, column: 1, level: 'info', code: 'SC2086', message: 'm' }

  it('has levels, and lines only', async () => {
    const range = { startLine: 2, startColumn: null, endLine: 2, endColumn: null }
    const stdout = JSON.stringify([finding, { ...finding, code: 'DL1000', level: 'error' }])
    expect(await checked({ code: 1, stdout })).toMatchObject({
      diagnostics: [
        { rule: 'DL1000', severity: 'error', isFatal: true },
        { rule: 'SC2086', severity: 'note', range, isFatal: false },
      ],
    })
  })

  it('is a failure when a file or its configuration cannot be read, or nothing explains its status', async () => {
    expect(await checked({ code: 1, stderr: 'hadolint: ./x: withBinaryFile: does not exist' })).toMatchObject({ status: 'failed' })
    expect(await checked({ code: 0, stdout: '[]', stderr: '"Error parsing your config file in  x' })).toMatchObject({ status: 'failed' })
    expect(await checked({ code: 1, stdout: '[]' })).toMatchObject({ status: 'failed' })
    expect(await checked({ code: 0, stdout: '{}' })).toMatchObject({ status: 'failed' })
    expect(await checked({ code: 2, stdout: '[]' })).toMatchObject({ status: 'failed' })
  })

  it('is used where it is configured, or where CI runs it', async () => {
    using folder = temporaryFolder({ '.gitlab-ci.yml': 'script: hadolint Dockerfile', 'a/.hadolint.yml': '' })
    expect((await hadolint.detect(projectOf(folder.path))).map(({ directory }) => directory)).toEqual(['.', 'a'])
  })

  it('is for files that build images', () => {
    expect(['Dockerfile', 'x/Dockerfile.dev', 'a.Dockerfile', 'Containerfile'].every((path) => hadolint.handles(path))).toBe(true)
    expect(['Dockerfiles', 'dockerfile.md', 'src/docker.ts'].some((path) => hadolint.handles(path))).toBe(false)
  })
})
