import { fence } from './fix-run.ts'

/** A file with one problem, `eqeqeq`, and much that has nothing to do with it. */
export const source = `export function isEmpty(list) {
  if (list.length == 0) {
    return true
  }
  return false
}

export const unrelated = [
${Array.from({ length: 30 }, (_, index) => `  ${index},`).join('\n')}
]
`
const region = source.slice(0, source.indexOf('}\n\n') + 2)
export const test = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isEmpty } from './list.js'

test('an empty list is empty', () => {
  assert.equal(isEmpty([]), true)
  assert.equal(isEmpty([1]), false)
})

test('two is two', () => {
  const two = '2'
  assert.ok(two == 2)
})
`
/** The part around the problem as a right answer has it. */
export const right = region.replace('==', '===')
const blocks = (search: string, replace: string, path = '') => `${path}\n<<<<<<< SEARCH\n${search}=======\n${replace}>>>>>>> REPLACE\n`
const line = '  if (list.length == 0) {\n'

/** What an answer does wrong, and the gate that it does not pass. */
export const saboteurs: readonly [name: string, answer: string, gate: string, reason: RegExp][] = [
  ['adds a suppression', fence(region.replace(line, `  // eslint-disable-next-line eqeqeq\n${line}`)), 'suppression', /eslint-disable/],
  [
    'adds a suppression to the file',
    blocks('export function isEmpty(list) {\n', '/* eslint eqeqeq: "off" */\nexport function isEmpty(list) {\n'),
    'suppression',
    /eslint/,
  ],
  ['edits far away', blocks('  29,\n', '  30,\n'), 'place', /far from the problem/],
  ['rewrites too much', fence(right.replace('  return false\n', `${'  void 0\n'.repeat(30)}  return false\n`)), 'size', /30|31|32/],
  ['breaks the syntax', fence(right.replace('  }\n', '')), 'syntax', /does not parse/],
  ['breaks another test', fence('export function isEmpty(list) {\n  return list.length !== 0\n}\n'), 'tests', /an empty list is empty/],
  ['introduces another problem', fence(right.replace('return false', 'debugger\n  return false')), 'diagnostics', /no-debugger/],
  ['leaves the problem', fence(region.replace('return false', 'return !true')), 'target', /still there/],
  ['answers prose', 'You should use three equals signs there.', 'answer', /no code/],
  ['answers nothing', '', 'answer', /no code/],
  ['changes nothing', fence(region), 'answer', /changes nothing/],
  [
    'answers a stale block',
    blocks('  if (list.size == 0) {\n    return yes\n  }\n', '  if (list.size === 0) {\n    return yes\n  }\n'),
    'answer',
    /SEARCH/,
  ],
  ['writes outside', blocks('x\n', 'y\n', '../../etc/passwd.txt'), 'scope', /may be changed/],
  ['writes to another file', blocks("  'no-var'\n", "  'no-xar'\n", 'eslint.config.js'), 'scope', /may be changed/],
  ['does not close its fence', fence(right).slice(0, -4), 'answer', /not closed/],
]
