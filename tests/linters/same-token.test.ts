import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../src/domain/diagnostic.ts'
import { biome } from '../../src/linters/biome.ts'
import { eslint } from '../../src/linters/eslint.ts'
import { lintFiles } from '../../src/linters/lint-files.ts'
import { oxlint } from '../../src/linters/oxlint.ts'
import { tsc } from '../../src/linters/tsc.ts'
import { projectOf, runOnHost, withInstalledTools } from '../helpers/linter-runner.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

const configurations = {
  'eslint.config.mjs': 'export default [{ rules: { "no-debugger": "error" } }]\n',
  'biome.json': '{ "linter": { "rules": { "preset": "none", "suspicious": { "noDebugger": "error" } } } }\n',
  '.oxlintrc.json': '{ "categories": { "correctness": "off" }, "rules": { "no-debugger": "error" } }\n',
  'tsconfig.json':
    '{ "compilerOptions": { "types": [], "allowJs": true, "checkJs": true, "allowUnreachableCode": false }, "include": ["."] }\n',
}

/** Where every tool sees the one `debugger;` of a file; for the compiler, it is code that is not reached. */
async function rangesIn(text: string): Promise<Record<string, Diagnostic['range']>> {
  using folder = withInstalledTools(temporaryFolder({ ...configurations, 'a.js': text }))
  const sandbox = async () => ({ run: runOnHost(folder.path), mountedAt: folder.path })
  const { diagnostics, failed } = await lintFiles(projectOf(folder.path), ['a.js'], {
    linters: [eslint, biome, oxlint, tsc],
    sandbox,
    timeout: 60_000,
    signal: new AbortController().signal,
  })
  expect(failed).toEqual([])
  return Object.fromEntries(diagnostics.map(({ tool, range }) => [tool, range]))
}

const head = 'export const stop = () => { throw "'

describe('the same token', () => {
  it.each([
    ['on a plain line', `${head}a"; debugger; }\n`],
    ['behind an emoji, an accent and a wide character', `${head}😀é漢"; debugger; }\n`],
    ['behind a joined emoji and a combining accent', `${head}👩‍👩‍👧e\u0301"; debugger; }\n`],
    ['behind tabs', `${head}a";\t\t/*\t*/\tdebugger; }\n`],
    ['in a file with carriage returns', `// 1\r\n// 2 😀\r\n${head}😀"; debugger; }\r\n`],
    ['behind a byte order mark', `\uFEFF${head}é"; debugger; }\n`],
    ['below a line separator that git does not count', `// 1 \u2028// 2 \u2029// 3\n${head}é"; debugger; }\n`],
    ['on a line that begins with a line separator', `/* \u2028 */ ${head}é"; debugger; }\n`],
    ['below a carriage return that git does not count', `// 1\r// 2\n${head}é"; debugger; }\n`],
  ])('has one UTF-16 range for all tools %s', async (_, text) => {
    const lines = text.replace(/^\uFEFF/, '').split('\n')
    const line = lines.findIndex((each) => each.includes('debugger;'))
    const start = { startLine: line + 1, startColumn: lines[line]!.indexOf('debugger;') + 1 }
    const range = { ...start, endLine: line + 1, endColumn: start.startColumn + 'debugger;'.length }
    expect(await rangesIn(text)).toEqual({
      eslint: range,
      biome: range,
      oxlint: range,
      tsc: { ...start, endLine: line + 1, endColumn: null },
    })
  })
})
