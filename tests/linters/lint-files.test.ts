import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Linter, LinterUse, LintRequest } from '../../src/linters/linter.ts'
import { fixFiles, lintFiles } from '../../src/linters/lint-files.ts'
import { projectOf, runOnHost, withInstalledTools } from '../helpers/linter-runner.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

const signal = new AbortController().signal
const run = async () => {
  throw new Error('Nothing is run here.')
}
const options = { sandbox: async () => ({ run, mountedAt: '/repo' }), timeout: 1_000, signal }

/** A linter for one suffix that writes down what it is asked. */
function notingLinter(more: Partial<Linter> = {}) {
  const asked: { use: LinterUse; paths: readonly string[] }[] = []
  const note = async (use: LinterUse, { paths }: LintRequest) => {
    asked.push({ use, paths })
    return { status: 'checked', diagnostics: [], elsewhere: 1 } as const
  }
  const use = (directory: string) => ({ linter: 'noting', directory, program: ['noting'] })
  const linter: Linter = {
    name: 'noting',
    handles: (path) => path.endsWith('.x'),
    detect: async () => ['.', 'a', 'a/b'].map(use),
    check: note,
    ...more,
  }
  return { linter, asked, note }
}

const files = { 'one.x': '', 'a/two.x': '', 'a/b/c/three.x': '', 'four.y': '', 'latin.x': '\uFFFD' }

describe('the linters of a project', () => {
  it('are each given their files, from the nearest folder that uses them', async () => {
    using folder = temporaryFolder(files)
    const { linter, asked } = notingLinter()
    const paths = ['a/b/c/three.x', 'one.x', 'one.x', 'a/two.x', 'four.y', 'gone.x']
    const report = await lintFiles(projectOf(folder.path), paths, { ...options, linters: [linter] })
    expect(asked.map(({ use, paths: given }) => [use.directory, ...given])).toEqual([
      ['.', 'one.x'],
      ['a', 'a/two.x'],
      ['a/b', 'a/b/c/three.x'],
    ])
    expect(report).toMatchObject({
      checked: [{ linter: 'noting', directory: '.', files: 1 }, { directory: 'a' }, { directory: 'a/b' }],
      elsewhere: 3,
      failed: [],
    })
  })

  it('do not open the sandbox when there is nothing to run', async () => {
    using folder = temporaryFolder(files)
    const sandbox = async () => {
      throw new Error('There is no sandbox.')
    }
    const report = await lintFiles(projectOf(folder.path), ['four.y'], { ...options, sandbox, linters: [notingLinter().linter] })
    expect(report).toEqual({ diagnostics: [], failed: [], checked: [], elsewhere: 0 })
  })

  it('do not look at files above the folders that use them', async () => {
    using folder = temporaryFolder(files)
    const { linter, asked } = notingLinter({ detect: async () => [{ linter: 'noting', directory: 'a/b', program: [] }] })
    await lintFiles(projectOf(folder.path), ['one.x'], { ...options, linters: [linter] })
    expect(asked).toEqual([])
  })

  it('name the one that failed, and tell what the others say', async () => {
    using folder = temporaryFolder(files)
    const failing = notingLinter({
      check: async () => ({ status: 'failed', reason: 'It crashed.' }),
      detect: async () => [{ linter: 'bad', directory: '.', program: [] }],
    })
    const report = await lintFiles(projectOf(folder.path), ['one.x'], { ...options, linters: [failing.linter, notingLinter().linter] })
    expect(report).toMatchObject({ failed: [{ linter: 'bad', directory: '.', reason: 'It crashed.' }], checked: [{ linter: 'noting' }] })
  })

  it('are not given the text of a file that is no UTF-8, because columns in it cannot be counted', async () => {
    using folder = temporaryFolder(files)
    const texts: (string | null)[] = []
    const check = async (_: LinterUse, { readText }: LintRequest) => {
      texts.push(await readText('latin.x'), await readText('one.x'), await readText('gone.x'))
      return { status: 'checked', diagnostics: [], elsewhere: 0 } as const
    }
    await lintFiles(projectOf(folder.path), ['one.x'], { ...options, linters: [notingLinter({ check }).linter] })
    expect(texts).toEqual([null, '', null])
  })

  it('stop between two runs once they are interrupted', async () => {
    using folder = temporaryFolder(files)
    const abort = new AbortController()
    const check = async () => {
      abort.abort(new Error('Interrupted.'))
      return { status: 'checked', diagnostics: [], elsewhere: 0 } as const
    }
    const linting = lintFiles(projectOf(folder.path), ['one.x', 'a/two.x'], {
      ...options,
      signal: abort.signal,
      linters: [notingLinter({ check }).linter],
    })
    await expect(linting).rejects.toThrow('Interrupted.')
  })

  it('repair one after another, those that can', async () => {
    using folder = withInstalledTools(
      temporaryFolder({
        'eslint.config.mjs': 'export default [{ rules: { "prefer-const": "error", "no-debugger": "error" } }]\n',
        '.prettierrc': '{ "semi": false }',
        'tsconfig.json': '{ "compilerOptions": { "types": [], "allowJs": true } }',
        'a b.js': 'let   y = 1; debugger\nexport { y }\n',
      }),
    )
    const sandbox = async () => ({ run: runOnHost(folder.path), mountedAt: folder.path })
    const report = await fixFiles(projectOf(folder.path), ['a b.js'], { sandbox, timeout: 60_000, signal })
    expect(readFileSync(join(folder.path, 'a b.js'), 'utf8')).toBe('const y = 1\ndebugger\nexport { y }\n')
    expect(report.checked.map(({ linter }) => linter)).toEqual(['eslint', 'prettier'])
    expect(report.diagnostics.map(({ rule }) => rule)).toEqual(['no-debugger'])
  })
})
