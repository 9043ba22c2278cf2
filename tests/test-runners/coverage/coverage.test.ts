import { describe, expect, it } from 'vitest'
import { readCobertura } from '../../../src/test-runners/coverage/cobertura.ts'
import { readCoveragePy } from '../../../src/test-runners/coverage/coverage-py.ts'
import { branchCounts, type Coverage, gainedCoverage, lineCounts, mergeCoverage } from '../../../src/test-runners/coverage/coverage.ts'
import { readGoProfile } from '../../../src/test-runners/coverage/go-profile.ts'
import { readIstanbul } from '../../../src/test-runners/coverage/istanbul.ts'
import { readJacoco } from '../../../src/test-runners/coverage/jacoco.ts'
import { readLcov } from '../../../src/test-runners/coverage/lcov.ts'

const pathOf = (path: string) => (path.startsWith('/elsewhere/') ? null : path.replace(/^\/project\//, ''))

const plain = (coverage: Coverage | null) =>
  coverage &&
  Object.fromEntries(
    [...coverage].map(([path, { lines, branches }]) => [
      path,
      { lines: Object.fromEntries(lines), branches: Object.fromEntries(branches) },
    ]),
  )

describe('coverage in one form', () => {
  it('reads lcov, with files that are told twice and ways of lines that were never reached', () => {
    const text =
      'TN:\nSF:/project/a.js\nDA:1,3\nDA:2,0\nBRDA:1,0,0,2\nBRDA:1,0,1,0\nBRDA:2,1,0,-\nend_of_record\nSF:/elsewhere/b.js\nDA:1,1\nend_of_record\nSF:/project/a.js\r\nDA:2,5\r\nend_of_record\n'
    expect(plain(readLcov(text, pathOf))).toEqual({ 'a.js': { lines: { 1: 3, 2: 5 }, branches: { '1:0.0': 2, '1:0.1': 0, '2:1.0': 0 } } })
    expect([readLcov('nonsense', pathOf), plain(readLcov('', pathOf))]).toEqual([null, {}])
  })

  it("reads Istanbul's JSON: of several statements in a line the most executed one", () => {
    const at = (line: number) => ({ start: { line, column: 0 }, end: { line, column: 9 } })
    const text = JSON.stringify({
      '/project/a.js': {
        path: '/project/a.js',
        statementMap: { 0: at(1), 1: at(1), 2: at(3) },
        s: { 0: 1, 1: 4, 2: 0 },
        branchMap: { 0: { type: 'if', loc: at(3), locations: [at(3), at(3)] } },
        b: { 0: [0, 2] },
        fnMap: {},
        f: {},
      },
    })
    expect(plain(readIstanbul(text, pathOf))).toEqual({ 'a.js': { lines: { 1: 4, 3: 0 }, branches: { '3:0.0': 0, '3:0.1': 2 } } })
    expect(readIstanbul('{"a":1}', pathOf)).toBeNull()
  })

  it("reads coverage.py's JSON", () => {
    const file = { executed_lines: [1, 2], missing_lines: [4], executed_branches: [[2, 3]], missing_branches: [[2, -1]] }
    const text = JSON.stringify({ meta: { version: '7.6' }, files: { 'a.py': file, 'b.py': { executed_lines: [], missing_lines: [1] } } })
    expect(plain(readCoveragePy(text, pathOf))).toEqual({
      'a.py': { lines: { 1: 1, 2: 1, 4: 0 }, branches: { '2:to3': 1, '2:to-1': 0 } },
      'b.py': { lines: { 1: 0 }, branches: {} },
    })
    expect(readCoveragePy('[]', pathOf)).toBeNull()
  })

  it("reads Go's profile: of blocks that share a line the one that was executed", () => {
    const text = 'mode: set\nexample.com/p/a.go:3.20,5.2 1 1\nexample.com/p/a.go:5.2,6.1 1 0\n'
    expect(plain(readGoProfile(text, (path) => path.replace('example.com/p/', '')))).toEqual({
      'a.go': { lines: { 3: 1, 4: 1, 5: 1 }, branches: {} },
    })
    expect(readGoProfile('mode: other\n', pathOf)).toBeNull()
  })

  it("reads Cobertura's XML, lines of methods once", () => {
    const text = `<?xml version="1.0"?><!DOCTYPE coverage SYSTEM "http://example.com/x.dtd"><coverage><packages><package><classes><class filename="/project/a.py">
      <methods><method><lines><line number="2" hits="9"/></lines></method></methods>
      <lines><line number="1" hits="1"/><line number="2" hits="0" branch="true" condition-coverage="50% (1/2)"/></lines></class></classes></package></packages></coverage>`
    expect(plain(readCobertura(text, pathOf))).toEqual({ 'a.py': { lines: { 1: 1, 2: 0 }, branches: { '2:0': 1, '2:1': 0 } } })
    expect([readCobertura('<report/>', pathOf), readCobertura('no', pathOf)]).toEqual([null, null])
  })

  it("reads JaCoCo's XML", () => {
    const text = `<report name="x"><package name="com/example"><class name="A"/><sourcefile name="A.java"><line nr="3" mi="0" ci="2" mb="1" cb="1"/><line nr="4" mi="2" ci="0" mb="0" cb="0"/></sourcefile></package></report>`
    expect(plain(readJacoco(text, pathOf))).toEqual({ 'com/example/A.java': { lines: { 3: 1, 4: 0 }, branches: { '3:0': 1, '3:1': 0 } } })
    expect(readJacoco('<coverage/>', pathOf)).toBeNull()
  })

  it('does not follow what a document type declares', () => {
    const text =
      '<!DOCTYPE coverage [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><coverage><class filename="&b;"><lines><line number="1" hits="1"/></lines></class></coverage>'
    expect(Object.keys(plain(readCobertura(text, pathOf)) ?? {}).join('')).not.toContain('aaaa')
  })

  it('counts, adds up, and tells what was gained', () => {
    const before = readLcov('SF:a\nDA:1,1\nDA:2,0\nBRDA:2,0,0,0\nend_of_record\n', pathOf)!
    const after = readLcov('SF:a\nDA:1,1\nDA:2,2\nBRDA:2,0,0,1\nend_of_record\nSF:b\nDA:1,0\nend_of_record\n', pathOf)!
    expect([lineCounts(before.get('a')!), branchCounts(after.get('a')!)]).toEqual([
      { total: 2, covered: 1 },
      { total: 1, covered: 1 },
    ])
    expect(gainedCoverage(before, after)).toEqual([{ path: 'a', lines: [2], branches: ['2:0.0'] }])
    expect(gainedCoverage(after, before)).toEqual([])
    expect(plain(mergeCoverage([before, after]))).toEqual({
      a: { lines: { 1: 1, 2: 2 }, branches: { '2:0.0': 1 } },
      b: { lines: { 1: 0 }, branches: {} },
    })
  })
})
