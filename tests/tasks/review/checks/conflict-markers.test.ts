import { describe, expect, it } from 'vitest'
import { conflictMarkers } from '../../../../src/tasks/review/checks/conflict-markers.ts'
import { said } from './reviewed.ts'

const start = '<'.repeat(7)
const middle = '='.repeat(7)
const base = '|'.repeat(7)
const end = '>'.repeat(7)
const conflict = `a\n${start} HEAD\nb\n${middle}\nc\n${end} topic\nd\n`
const title = 'Merge conflict left in the file'

describe('conflict markers', () => {
  it.each([
    ['a.ts', conflict, 2],
    ['a.json', conflict, 2],
    ['README.md', conflict, 2],
    ['a.txt', conflict.replaceAll('\n', '\r\n'), 2],
    ['a.ts', conflict.replace(middle, `${base} 1a2b3c4\nx\n${middle}`), 2],
    ['a.yml', `a: 1\n${end} 1a2b3c4 (subject)\n`, 2],
    ['a.py', `a\n${start} HEAD\nb\n`, 2],
    ['a.ts', `a()\n${middle}\nb()\n`, 2],
    ['src/sql.ts', `const sql = \`\n${conflict}\`\n`, 3],
  ])('are found in %s: %j', async (path, text, line) => {
    expect(await said(conflictMarkers, { [path]: text })).toEqual([`${path}:${line} ${title}`])
  })

  it.each([
    ['a heading', 'a.md', `Title\n${middle}\n\nText\n`],
    ['a heading of reStructuredText', 'a.rst', `Title\n${middle}\n\nText\n`],
    ['a row of another length', 'a.ts', `// ${start}<<\n${start}<\n${middle}=\n`],
    ['an arrow in a text', 'a.txt', `>>>>>>>\n${middle}\n`],
    ['a string of a test', 'tests/merge.test.ts', `const text = \`\n${conflict}\`\n`],
    ['a here-document of a test', 'test/merge.sh', `cat > a <<EOF\n${conflict}EOF\n`],
    ['a comment', 'a.ts', `/*\n${middle}\n*/\n`],
    ['markers that are indented', 'a.ts', ` ${start} HEAD\n ${end} b\n`],
  ])('are not seen in %s', async (_, path, text) => {
    expect(await said(conflictMarkers, { [path]: text })).toEqual([])
  })

  it('are told once for each conflict', async () => {
    expect(await said(conflictMarkers, { 'a.ts': conflict + conflict })).toEqual([`a.ts:2 ${title}`, `a.ts:9 ${title}`])
  })

  it('are told where the change added the first of them', async () => {
    const sides = { 'a.txt': { old: `a\n${start} HEAD\nb\n`, new: conflict } }
    expect(await said(conflictMarkers, sides)).toEqual([`a.txt:4 ${title}`])
  })

  it('are told on changed lines only', async () => {
    expect(await said(conflictMarkers, { 'a.txt': { old: conflict, new: `${conflict}e\n` } })).toEqual([])
  })

  it('are left alone where a page shows what a conflict looks like', async () => {
    expect(await said(conflictMarkers, { 'docs/merge.md': `\`\`\`\n${conflict}\`\`\`\n` })).toEqual([])
  })
})
