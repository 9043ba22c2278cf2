import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fixFiles, lintFiles } from '../../src/linters/lint-files.ts'
import type { Project } from '../../src/workspace/project.ts'
import { openSandbox, type Sandbox } from '../../src/workspace/sandbox.ts'
import { installed, projectOf } from '../helpers/linter-runner.ts'
import { missing } from '../helpers/sandbox-requirements.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

const surroundings = { environment: { PATH: process.env.PATH ?? '' }, signal: new AbortController().signal }
const options = { use: 'bwrap', image: null, memory: 2 ** 31, cpus: 2, timeout: 120_000 } as const
const reason = missing('bwrap')

const files = {
  'eslint.config.mjs': 'export default [{ rules: { "prefer-const": "warn" } }]\n',
  '.oxlintrc.json': '{ "rules": { "no-debugger": "error" } }\n',
  'biome.json': '{ "linter": { "rules": { "preset": "none", "suspicious": { "noDebugger": "error" } } } }\n',
  'tsconfig.json': '{ "compilerOptions": { "types": [], "allowJs": true, "checkJs": true } }\n',
  '.stylelintrc.json': '{ "rules": { "block-no-empty": true } }\n',
  '.prettierrc': '{}\n',
  '.markdownlint.json': '{ "default": true }\n',
  'a b/ü.js': 'let n = 1; debugger\nexport const x = n.toFixed(n, n)\n',
  'a b/ü.css': 'a {  }\n',
  'a b/ü.md': '# Title\n\nhttps://example.com\n',
}

type Work = (project: Project, sandbox: () => Promise<Sandbox>, root: string) => Promise<void>

/** The tree is somewhere else inside than outside, and the packages of the project may only be read. */
async function inSandbox(work: Work): Promise<void> {
  using folder = temporaryFolder(files)
  const readOnly = [{ source: installed, target: 'node_modules' }]
  const sandbox = await openSandbox(options, { root: folder.path, readOnly }, surroundings)
  const { exists, ...onDisk } = projectOf(folder.path)
  const project = { ...onDisk, exists: async (path: string) => path.startsWith('node_modules/.bin/') || exists(path) }
  try {
    await work(project, async () => sandbox, folder.path)
  } finally {
    await sandbox.close()
  }
}

const paths = ['a b/ü.js', 'a b/ü.css', 'a b/ü.md']

describe.skipIf(reason !== undefined)(`linters in a sandbox ${reason ?? ''}`, { timeout: 120_000 }, () => {
  it('say the same of the same files as on the host, although they see them at another path', async () => {
    await inSandbox(async (project, sandbox) => {
      const { diagnostics, failed, elsewhere } = await lintFiles(project, paths, { sandbox, timeout: 100_000, signal: surroundings.signal })
      expect({ failed, elsewhere }).toEqual({ failed: [], elsewhere: 0 })
      expect(diagnostics.map(({ tool, rule, path, range }) => [tool, rule, path, range?.startLine ?? null])).toEqual([
        ['tsc', 'TS2554', 'a b/ü.js', 2],
        ['eslint', 'prefer-const', 'a b/ü.js', 1],
        ['oxlint', 'eslint/no-debugger', 'a b/ü.js', 1],
        ['biome', 'lint/suspicious/noDebugger', 'a b/ü.js', 1],
        ['stylelint', 'block-no-empty', 'a b/ü.css', 1],
        ['markdownlint', 'MD034/no-bare-urls', 'a b/ü.md', 3],
        ['prettier', 'format', 'a b/ü.css', null],
        ['prettier', 'format', 'a b/ü.js', null],
      ])
    })
  })

  it('repair files of the tree', async () => {
    await inSandbox(async (project, sandbox, root) => {
      const { failed } = await fixFiles(project, paths, { sandbox, timeout: 100_000, signal: surroundings.signal })
      expect(failed).toEqual([])
      expect(paths.map((path) => readFileSync(join(root, path), 'utf8'))).toEqual([
        'const n = 1;\ndebugger;\nexport const x = n.toFixed(n, n);\n',
        'a {\n}\n',
        '# Title\n\n<https://example.com>\n',
      ])
    })
  })
})
