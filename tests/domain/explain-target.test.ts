import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseExplainTarget } from '../../src/domain/explain-target.ts'

const none = () => false

describe('parseExplainTarget', () => {
  it.each([
    ['src/a.ts', { kind: 'path', path: 'src/a.ts', startLine: null, endLine: null }],
    ['src/a.ts:12', { kind: 'path', path: 'src/a.ts', startLine: 12, endLine: 12 }],
    ['src/a.ts:12-20', { kind: 'path', path: 'src/a.ts', startLine: 12, endLine: 20 }],
    ['src/a.ts:12:5', { kind: 'path', path: 'src/a.ts', startLine: 12, endLine: 12 }],
    ['src/a.ts:20-12', { kind: 'path', path: 'src/a.ts', startLine: 20, endLine: 20 }],
    ['../outside.ts', { kind: 'path', path: '../outside.ts', startLine: null, endLine: null }],
    ['HEAD~2..HEAD', { kind: 'range', from: 'HEAD~2', to: 'HEAD' }],
    ['main...topic', { kind: 'range', from: 'main', to: 'topic' }],
    ['0123456789', { kind: 'finding', id: '0123456789' }],
    ['0123456789-1', { kind: 'finding', id: '0123456789-1' }],
    ['0123456789abcdef0123456789abcdef', { kind: 'finding', id: '0123456789abcdef0123456789abcdef' }],
  ])('reads %s', (text, expected) => {
    expect(parseExplainTarget(text, none)).toEqual(expected)
  })

  it('takes a file that exists for a file, whatever its name looks like', () => {
    for (const name of ['a:12', 'v1..v2', '0123456789'])
      expect(parseExplainTarget(name, (path) => path === name)).toEqual({ kind: 'path', path: name, startLine: null, endLine: null })
  })

  it('has an answer for every text', () => {
    fc.assert(fc.property(fc.string(), (text) => ['path', 'range', 'finding'].includes(parseExplainTarget(text, none).kind)))
  })
})
