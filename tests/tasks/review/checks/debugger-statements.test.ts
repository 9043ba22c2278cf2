import { describe, expect, it } from 'vitest'
import { debuggerStatements } from '../../../../src/tasks/review/checks/debugger-statements.ts'
import { said } from './reviewed.ts'

describe('debugger statements', () => {
  it.each([
    ['a.ts', 'f()\ndebugger\n', 2, 'debugger'],
    ['a.ts', 'if (x) { debugger; }\n', 1, 'debugger'],
    ['a.js', 'switch (a) { case 1: debugger; }\n', 1, 'debugger'],
    ['a.js', 'if (a) b()\nelse debugger\n', 2, 'debugger'],
    ['a.vue', '<script>\ndebugger\n</script>\n', 2, 'debugger'],
    ['e2e/a.spec.ts', '  await page.pause()\n', 1, 'page.pause()'],
    ['a.py', 'def f():\n    breakpoint()\n', 2, 'breakpoint'],
    ['a.py', 'import pdb; pdb.set_trace()\n', 1, 'pdb.set_trace'],
    ['a.rb', 'def f\n  binding.pry\nend\n', 2, 'binding.pry'],
    ['a.rb', '  byebug if x\n', 1, 'byebug'],
    ['a.rs', 'let a = dbg!(b);\n', 1, 'dbg!'],
    ['a.php', '<?php\nvar_dump($a); die;\n', 2, 'var_dump'],
    ['a.php', '<?php\ndd($a);\n', 2, 'dd'],
    ['a.go', '\truntime.Breakpoint()\n', 1, 'runtime.Breakpoint()'],
    ['A.cs', 'Debugger.Break();\n', 1, 'Debugger.Break()'],
    ['a.c', '__debugbreak();\n', 1, '__debugbreak()'],
    ['a.ex', '  IEx.pry\n', 1, 'IEx.pry'],
    ['bin/run', '#!/usr/bin/env python3\nbreakpoint()\n', 2, 'breakpoint'],
  ])('are found in %s: %j', async (path, text, line, name) => {
    expect(await said(debuggerStatements, { [path]: text })).toEqual([`${path}:${line} ${name} was left in`])
  })

  it.each([
    ['a.ts', `const a = 'debugger'\n`],
    ['a.ts', '// debugger\n/* debugger\n */\n'],
    ['a.ts', 'const a = `\ndebugger\n`\n'],
    ['a.ts', 'const a = /debugger;/\n'],
    ['a.ts', 'tools.debugger\nconst b = { debugger: true }\n'],
    ['a.tsx', '<p>use the debugger</p>\n<p>\n  Use the debugger\n</p>\n'],
    ['a.md', 'debugger\n\n```js\ndebugger;\n```\n'],
    ['a.json', '{ "debugger": true }\n'],
    ['a.py', 'def breakpoint():\n    """breakpoint()"""\n'],
    ['a.py', 'self.breakpoint()\n'],
    ['a.php', '<?php\nfunction dd($a) {}\n$this->dump();\nFoo::dump();\n'],
    ['a.php', 'dd($a);\n'],
    ['a.rb', 'x.byebug\n"binding.pry"\n'],
    ['a.txt', 'debugger;\n'],
  ])('are not seen in %s: %j', async (path, text) => {
    expect(await said(debuggerStatements, { [path]: text })).toEqual([])
  })

  it('are told on changed lines only', async () => {
    const sides = { 'a.ts': { old: 'debugger\na()\n', new: 'debugger\nb()\n' } }
    expect(await said(debuggerStatements, sides)).toEqual([])
  })

  it('are not looked for in files that nobody writes', async () => {
    expect(await said(debuggerStatements, { 'vendor/a.js': 'debugger\n' }, { isGenerated: () => true })).toEqual([])
  })

  it('are found where only a patch is known', async () => {
    const sides = { 'a.ts': { old: 'a()\n'.repeat(30), new: `${'a()\n'.repeat(20)}debugger\n${'a()\n'.repeat(10)}` } }
    expect(await said(debuggerStatements, sides, { isPatch: true })).toEqual(['a.ts:21 debugger was left in'])
  })
})
