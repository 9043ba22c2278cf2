import { describe, expect, it } from 'vitest'
import type { Edit } from '../../../src/tasks/fix/edit.ts'
import { checkText } from '../../../src/tasks/fix/check-edit.ts'
import { isLinterCode } from '../../../src/tasks/fix/linter-code.ts'
import { readAnswer } from '../../../src/tasks/fix/read-answer.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'
import { projectOf } from '../../helpers/linter-runner.ts'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const edit = (path: string, before: string, after: string): Edit => ({ path, before, after, flagged: [{ start: 1, end: 1 }], region: null })

describe('the gates that need only the two texts', () => {
  it.each([
    ['a.py', 'x: int = f()\n', 'x: int = f()  # type: ignore\n'],
    ['a.py', 'import os\n', 'import os  # noqa: F401\n'],
    ['a.py', 'def f(a):\n    return a\n', 'def f(a: Any):\n    return a\n'],
    ['a.py', 'x = f()\n', 'x = cast(Any, f())\n'],
    ['a.go', 'package a\n', 'package a //nolint:all\n'],
    ['a.rs', 'fn a() {}\n', '#[allow(dead_code)]\nfn a() {}\n'],
    ['a.rs', 'fn a() {}\n', '#[expect(dead_code)]\nfn a() {}\n'],
    ['a.sh', 'echo $x\n', '# shellcheck disable=SC2086\necho $x\n'],
    ['a.css', 'a { color: #ggg; }\n', '/* stylelint-disable */\na { color: #ggg; }\n'],
    ['a.md', '# One\n', '<!-- markdownlint-disable -->\n# One\n'],
    ['a.rb', 'x = 1\n', 'x = 1 # rubocop:disable Lint/UselessAssignment\n'],
    ['a.ts', 'f(x)\n', '// @ts-expect-error because of reasons that are good\nf(x)\n'],
    ['a.ts', 'f(x)\n', 'f(x as unknown as string)\n'],
    ['a.test.ts', 'f(x)\n', 'f(x as any)\n'],
    ['a.js', 'f(x)\n', '/* global x */\nf(x)\n'],
    ['a.js', 'f( x )\n', '// prettier-ignore\nf( x )\n'],
  ])('let nothing through that silences a tool in %s: %j becomes %j', async (path, before, after) => {
    expect(await checkText(edit(path, before, after))).toMatchObject({ gate: 'suppression' })
  })

  it.each([
    ['test_a.py', 'def test_a():\n    assert f() == 1\n', 'def a():\n    assert f() == 1\n'],
    ['test_a.py', 'def test_a():\n    assert f() == 1\n', '@pytest.mark.skip\ndef test_a():\n    assert f() == 1\n'],
    ['a_test.go', 'func TestA(t *testing.T) {\n\tt.Fatal("x")\n}\n', 'func TestA(t *testing.T) {\n}\n'],
    ['a.test.js', "it('a', () => {})\n", "it.only('a', () => {})\n"],
    ['a.test.js', "it('a', () => { expect(a).toBe(1) })\nit('b', () => { expect(b).toBe(1) })\n", "it('a', () => { expect(a).toBe(1) })\n"],
    ['vitest.config.ts', 'export default { lines: 90 }\n', 'export default { lines: 10 }\n'],
  ])('keep tests as strict as they are in %s: %j becomes %j', async (path, before, after) => {
    expect(await checkText(edit(path, before, after))).toMatchObject({ gate: 'test-kept' })
  })

  it('let a suppression stay that was there, also on a line that moves', async () => {
    const before = 'f(x)\n// eslint-disable-next-line eqeqeq\ng(x == 1)\n'
    expect(await checkText(edit('a.js', before, before.replace('f(x)\n', 'f(y)\nh()\n')))).toBeNull()
  })

  it('do not let a file parse worse than it did', async () => {
    expect(await checkText(edit('a.js', 'f()\n', 'f() }\n'))).toMatchObject({ gate: 'syntax' })
  })

  it('let a test grow, also in a language whose assertions nobody knows', async () => {
    expect(await checkText(edit('a.test.js', "it('a', () => {})\n", "it('a', () => { expect(a).toBe(1) })\n"))).toBeNull()
    expect(await checkText(edit('tests/a.txt', 'one\n', 'two\n'))).toBeNull()
    expect(await checkText(edit('docs/a.md', '<!-- prettier-ignore -->\none\n', '<!-- prettier-ignore -->\ntwo\n'))).toBeNull()
  })

  it('let through what is small, near and honest', async () => {
    expect(await checkText(edit('a.py', 'x = 1\ny = x\n', 'x = 2\ny = x\n'))).toBeNull()
  })
})

describe('an answer', () => {
  const asked = { path: 'src/a.py', region: { start: 2, end: 3 }, text: 'class A:\n    def one(self):\n        return 1\n', isWhole: true }

  it('may have its lines at the margin', () => {
    expect(readAnswer('```py\ndef one(self):\n    return 2\n```\n', asked)).toEqual({
      text: 'class A:\n    def one(self):\n        return 2\n',
    })
  })

  it('may name its file in other ways', () => {
    const block = '<<<<<<< SEARCH\n        return 1\n=======\n        return 2\n>>>>>>> REPLACE\n'
    expect(readAnswer(`./src/a.py\n${block}`, asked)).toEqual({ text: 'class A:\n    def one(self):\n        return 2\n' })
    expect(readAnswer(`src/../src/b.py\n${block}`, asked)).toMatchObject({ gate: 'scope' })
  })

  it('is not taken where it holds half a character', () => {
    expect(readAnswer('```\n    def one(self):\n        return "\uD800"\n```\n', asked)).toMatchObject({ gate: 'answer' })
  })
})

it('knows what linters run as their own code', async () => {
  using folder = temporaryFolder()
  const files = {
    'eslint.config.js': "import './tools/plugin.js'\n",
    'tools/plugin.js': "import { helper } from './helper.js'\n",
    'tools/helper.js': '',
    'src/app.js': "import './other.js'\n",
    'src/other.js': '',
    '.rubocop.yml': 'require: ./lib/cop\n',
    'lib/cop.rb': '',
    'pyproject.toml': '[tool.mypy]\nplugins = ["checks.plugin"]\n',
    'checks/plugin.py': '',
    'app.py': '',
    'macros/Cargo.toml': '[lib]\nproc-macro = true\n',
    'macros/src/lib.rs': '',
    'core/Cargo.toml': '',
    'core/src/lib.rs': '',
    'core/build.rs': '',
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder.path, path)), { recursive: true })
    writeFileSync(join(folder.path, path), text)
  }
  const project = projectOf(folder.path)
  const answers = await Promise.all(project.files.map(async (path) => [path, await isLinterCode(path, project)] as const))
  expect(answers.filter(([, isCode]) => !isCode).map(([path]) => path)).toEqual(['app.py', 'core/src/lib.rs', 'src/app.js', 'src/other.js'])
})
