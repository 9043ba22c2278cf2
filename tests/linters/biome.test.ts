import { describe, expect, it } from 'vitest'
import { biome } from '../../src/linters/biome.ts'
import { checkFiles, diagnosticsOf, hear } from './check-files.ts'
import { linterContract } from './contract.ts'

linterContract({
  linter: biome,
  probe: ['biome', '--version'],
  project: { 'biome.json': '{ "linter": { "rules": { "style": { "useConst": "warn" } } } }\n' },
  clean: { path: 'src/clean.js', text: 'export const ok = 1;\n' },
  problem: {
    path: 'src/problem.js',
    text: 'export function stop() {\n\tdebugger;\n}\n',
    rule: 'lint/suspicious/noDebugger',
    severity: 'error',
  },
  broken: { path: 'src/broken.js', text: 'const = ;\n' },
  emoji: { path: 'src/emoji.js', text: 'export const x = "😀é"; debugger; // é\n', token: 'debugger;', precision: 'range' },
  crash: { 'biome.json': '{ "linter": { "rules": { "style": { "noSuchRule": "error" } } } }\n' },
  withoutConfiguration: 'checked',
  repair: { path: 'src/repair.js', before: 'let y = 1;\nexport { y };\n', after: 'const y = 1;\nexport { y };\n' },
})

const project = { 'biome.json': '{ "files": { "includes": ["**", "!old"], "maxSize": 1000 } }\n' }

describe('biome', () => {
  it('does not complain about files that its configuration ignores', async () => {
    expect(await checkFiles(biome, { ...project, 'old/a.js': 'debugger;\n' }, ['old/a.js'])).toEqual({
      status: 'checked',
      diagnostics: [],
      elsewhere: 0,
    })
  })

  it('does not call a file clean that is too large for it', async () => {
    const [diagnostic] = diagnosticsOf(await checkFiles(biome, { ...project, 'a.js': 'debugger;\n'.repeat(200) }, ['a.js']))
    expect(diagnostic).toMatchObject({ path: 'a.js', rule: null, range: null, isFatal: true, message: expect.stringContaining('maxSize') })
  })

  it('fails when a file is not there', async () => {
    expect(await checkFiles(biome, project, ['gone.js'])).toEqual({ status: 'failed', reason: expect.stringContaining('gone.js') })
  })

  it('fails when it did not print all that it found', async () => {
    const stdout = JSON.stringify({ summary: { diagnosticsNotPrinted: 7 }, diagnostics: [] })
    expect(await hear(biome, { code: 1, stdout }, ['a.js'])).toEqual({
      status: 'failed',
      reason: 'biome did not print 7 of its diagnostics.',
    })
  })

  it('fails when it ends with an error that it does not tell', async () => {
    const stdout = JSON.stringify({ summary: {}, diagnostics: [] })
    expect(await hear(biome, { code: 1, stdout, stderr: 'plugin missing' }, ['a.js'])).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('plugin missing'),
    })
  })

  it('fails when what it prints is cut off', async () => {
    expect(await hear(biome, { code: 1, stdout: '{"summary":{' }, ['a.js'])).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('cannot be read'),
    })
  })

  it('calls a hint a note', async () => {
    const location = { path: 'a.js', start: { line: 2, column: 1 }, end: { line: 2, column: 4 } }
    const stdout = JSON.stringify({
      summary: {},
      diagnostics: [{ category: 'lint/style/useConst', severity: 'information', message: 'Hint', location, advices: 7 }],
    })
    expect(diagnosticsOf(await hear(biome, { stdout }, ['a.js']))).toMatchObject([
      { severity: 'note', range: { startLine: 2, endColumn: 4 } },
    ])
  })

  it('tells what it can safely repair', async () => {
    const files = { 'biome.json': '{ "linter": { "rules": { "style": { "useConst": "error" } } } }', 'a.js': 'let y = 1;\nexport { y };\n' }
    expect(diagnosticsOf(await checkFiles(biome, files, ['a.js']))).toMatchObject([{ rule: 'lint/style/useConst', isFixable: true }])
  })
})
