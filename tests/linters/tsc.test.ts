import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { tsc } from '../../src/linters/tsc.ts'
import { projectOf, requestFor, scriptedRun, withInstalledTools } from '../helpers/linter-runner.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { checkFiles, diagnosticsOf } from './check-files.ts'
import { linterContract } from './contract.ts'

linterContract({
  linter: tsc,
  probe: ['tsc', '--version'],
  project: { 'tsconfig.json': '{ "compilerOptions": { "strict": true, "types": [] }, "include": ["src"] }\n' },
  clean: { path: 'src/clean.ts', text: 'export const ok = 1\n' },
  problem: { path: 'src/problem.ts', text: 'export const n: number = "a"\n', rule: 'TS2322', severity: 'error' },
  broken: { path: 'src/broken.ts', text: 'const = ;\n' },
  emoji: { path: 'src/emoji.ts', text: 'export const x = "😀é"; export const n: number = x // é\n', token: 'n:', precision: 'start' },
  crash: { 'tsconfig.json': '{ "compilerOptions": { "noSuchOption": true }, "include": ["src"] }\n' },
  withoutConfiguration: 'failed',
})

const use = { linter: 'tsc', directory: '.', program: ['tsc'] }
const options = { strict: true, types: [] }
const config = (more: object) => JSON.stringify({ compilerOptions: options, ...more })
const wrong = 'export const n: number = "a"\n'

describe('tsc', () => {
  it('checks the projects that a solution refers to, also with comments in it', async () => {
    const files = {
      'tsconfig.json': '{ /* all */ "files": [], "references": [{ "path": "./tsconfig.app.json" }, { "path": "./tests" },], }\n',
      'tsconfig.app.json': config({ compilerOptions: { ...options, composite: true }, include: ['src'] }),
      'src/a.ts': wrong,
    }
    const outcome = await checkFiles(tsc, files, ['src/a.ts'])
    expect(diagnosticsOf(outcome)).toMatchObject([{ path: 'src/a.ts', rule: 'TS2322', range: { startLine: 1, startColumn: 14 } }])
  })

  it('leaves nothing behind, also in a project that keeps build information', async () => {
    const compilerOptions = { ...options, composite: true, outDir: 'out', tsBuildInfoFile: 'info.tsbuildinfo' }
    using folder = withInstalledTools(
      temporaryFolder({ 'tsconfig.json': config({ compilerOptions, include: ['src'] }), 'src/a.ts': wrong }),
    )
    const [use] = await tsc.detect(projectOf(folder.path))
    expect(diagnosticsOf(await tsc.check(use!, requestFor(folder.path, ['src/a.ts'])))).toHaveLength(1)
    expect(readdirSync(folder.path).toSorted()).toEqual(['node_modules', 'src', 'tsconfig.json'])
  })

  it('fails when it stops at a syntax error of a file that it was not asked about', async () => {
    const files = { 'tsconfig.json': config({}), 'a.ts': wrong, 'b.ts': 'const = ;\n' }
    const reason = expect.stringMatching(/^tsc stopped at a syntax error in b\.ts and has not checked types/)
    expect(await checkFiles(tsc, files, ['a.ts'])).toEqual({ status: 'failed', reason })
  })

  it('does not take a complaint that needs types for a syntax error', async () => {
    const compilerOptions = { ...options, verbatimModuleSyntax: true, module: 'nodenext' }
    const files = {
      'tsconfig.json': config({ compilerOptions }),
      'package.json': '{ "type": "module" }',
      'a.ts': 'export const ok = 1\n',
      'b.ts': 'import { T } from "./t.ts"\nexport type U = T\n',
      't.ts': 'export type T = 1\n',
    }
    const allowed = { ...files, 'tsconfig.json': config({ compilerOptions: { ...compilerOptions, allowImportingTsExtensions: true } }) }
    expect(await checkFiles(tsc, allowed, ['a.ts'])).toEqual({ status: 'checked', diagnostics: [], elsewhere: 0 })
    expect(diagnosticsOf(await checkFiles(tsc, allowed, ['b.ts']))).toMatchObject([{ rule: 'TS1484', isFatal: false }])
  })

  it('says that projects which it refers to have to be built', async () => {
    const files = {
      'lib/tsconfig.json': config({ compilerOptions: { ...options, composite: true, outDir: 'out' } }),
      'lib/a.ts': 'export const a = 1\n',
      'app/tsconfig.json': config({ compilerOptions: { ...options, module: 'nodenext' }, references: [{ path: '../lib' }] }),
      'app/b.ts': 'import { a } from "../lib/a.js"\nexport const b = a\n',
    }
    using folder = withInstalledTools(temporaryFolder(files))
    const uses = await tsc.detect(projectOf(folder.path))
    expect(uses.map(({ directory, program }) => [directory, program])).toEqual([
      ['app', ['../node_modules/.bin/tsc']],
      ['lib', ['../node_modules/.bin/tsc']],
    ])
    const outcome = await tsc.check(uses[0]!, requestFor(folder.path, ['app/b.ts']))
    expect(outcome).toEqual({ status: 'failed', reason: expect.stringMatching(/TS6305.*tsc --build/s) })
  })

  it('keeps the lines that explain a complaint', async () => {
    const text = 'export const o: { a: { b: number } } = { a: JSON.parse("1") as { b: string } }\n'
    const [diagnostic] = diagnosticsOf(await checkFiles(tsc, { 'tsconfig.json': config({}), 'a.ts': text }, ['a.ts']))
    expect(diagnostic?.message.split('\n').length).toBeGreaterThan(1)
  })

  it.each([
    ['versions 5 and 6, which end with 2', { code: 2, stdout: 'src/a.ts(2,1): error TS2322: No.\r\n  Because.\r\n' }],
    ['version 7, which ends with 1', { code: 1, stdout: 'src/a.ts(2,1): error TS2322: No.\n  Because.\n' }],
  ])('reads what is said by %s', async (_, result) => {
    using folder = temporaryFolder({ 'tsconfig.json': '{}', 'src/a.ts': 'one\ntwo\n' })
    const { run } = scriptedRun(result)
    const outcome = await tsc.check(use, requestFor(folder.path, ['src/a.ts'], { run }))
    expect(diagnosticsOf(outcome)).toMatchObject([{ rule: 'TS2322', message: 'No.\n  Because.', range: { startLine: 2, startColumn: 1 } }])
  })

  it.each([
    ['names no inputs', { code: 2, stdout: "error TS18003: No inputs were found in config file 'tsconfig.json'.\n" }, /TS18003/],
    [
      'has a wrong option',
      { code: 1, stdout: "src/a.ts(1,1): error TS2322: No.\ntsconfig.json(1,2): error TS5023: Unknown option 'x'.\n" },
      /TS5023: tsconfig\.json/,
    ],
    ['makes it crash', { code: 1, stdout: '', stderr: 'RangeError: Maximum call stack size exceeded' }, /RangeError/],
  ])('fails when the project %s', async (_, result, reason) => {
    using folder = temporaryFolder({ 'tsconfig.json': '{}' })
    const outcome = await tsc.check(use, requestFor(folder.path, ['src/a.ts'], { run: scriptedRun(result).run }))
    expect(outcome).toEqual({ status: 'failed', reason: expect.stringMatching(reason) })
  })

  it('does not follow references forever, nor out of the tree', async () => {
    const references = [{ path: './tsconfig.json' }, { path: '../../outside' }, { path: './other' }]
    using folder = temporaryFolder({ 'tsconfig.json': JSON.stringify({ files: [], references }), 'a.ts': '' })
    const { run, commands } = scriptedRun({ code: 1, stderr: 'crash' })
    expect(await tsc.check(use, requestFor(folder.path, ['a.ts'], { run }))).toEqual({ status: 'checked', diagnostics: [], elsewhere: 0 })
    expect(commands).toEqual([])
  })

  it('says when there is no project any more', async () => {
    const outcome = await tsc.check(use, requestFor('/nowhere', ['a.ts']))
    expect(outcome).toEqual({ status: 'failed', reason: 'There is no tsconfig.json.' })
  })
})
