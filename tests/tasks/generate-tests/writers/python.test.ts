import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { problemsOf } from '../../../../src/syntax/problems-of.ts'
import { writeTest } from '../../../../src/tasks/generate-tests/writers/write-test.ts'
import { siteOf, unwritable, written } from './site.ts'

const base = {
  source: 'def clamp(a):\n    return a\n\n\nclass Box:\n    def open(self):\n        return 1\n',
  sourcePath: 'src/pkg/clamp.py',
  path: 'tests/test_clamp.py',
  runner: 'pytest',
  files: ['src/pkg/__init__.py', 'src/pkg/other.py', 'tests/test_other.py'],
}
const there =
  '"""Tests."""\nfrom pkg.clamp import (\n    clamp,\n)\n\nLIMIT = 1\n\n\ndef test_keeps():\n    assert clamp(1) == 1\n\n\nclass TestBox:\n    def test_opens(self):\n        assert True\n\n\ndef test_last():\n    assert True\n'

describe('a test of Python', () => {
  it('becomes a file with the imports that it needs, of the module as the package calls it', async () => {
    const { text, names } = await written('def test_a():\n    with pytest.raises(ValueError):\n        clamp(Box())', siteOf(base))
    expect(text).toBe(
      'import pytest\nfrom pkg.clamp import clamp, Box\n\n\ndef test_a():\n    with pytest.raises(ValueError):\n        clamp(Box())\n',
    )
    expect(names).toEqual(['test_a'])
  })

  it.each([
    ['from clamp import clamp', 'from pkg.clamp import clamp'],
    ['from your_module import clamp', 'from pkg.clamp import clamp'],
    ['from pkg.clamp import clamp', 'from pkg.clamp import clamp'],
    ['import clamp as clamp', 'from pkg import clamp'],
    ['from src.pkg.clamp import clamp', 'from pkg.clamp import clamp'],
    ['from src.pkg.other import clamp', 'from pkg.other import clamp'],
    ['import src.pkg.clamp as clamp', 'import pkg.clamp as clamp'],
    ['from math import clamp', 'from math import clamp'],
  ])('is led from `%s` to the module', async (given, meant) => {
    const { text } = await written(`${given}\n\ndef test_a():\n    assert clamp(1) == 1`, siteOf(base))
    expect(text.split('\n')[0]).toBe(meant)
  })

  it('calls modules as neighbours do', async () => {
    const example = { path: 'tests/test_other.py', text: 'from src.pkg.other import other\n' }
    const { text } = await written('def test_a():\n    assert clamp(1) == 1', siteOf({ ...base, example }))
    expect(text).toMatch(/^from src\.pkg\.clamp import clamp\n/)
  })

  it('goes behind the others, under another name where its own is taken', async () => {
    const code =
      'import os\nimport sys\nLIMIT = 3\n\ndef test_keeps():\n    assert clamp(LIMIT) == Box(os)\n\ndef test_second():\n    sys.exit()\n\nif __name__ == "__main__":\n    pytest.main()\n'
    const { text, names, addedLines } = await written(code, siteOf({ ...base, text: there }))
    expect(names).toEqual(['test_keeps_2'])
    expect(text).toBe(
      `${there.replace('    clamp,\n)\n', '    clamp, Box,\n)\nimport os\n')}\n\nLIMIT_2 = 3\n\ndef test_keeps_2():\n    assert clamp(LIMIT_2) == Box(os)\n`,
    )
    expect(addedLines).toEqual([3, 5, 23, 24, 25, 26])
  })

  it('goes into the class of its name', async () => {
    const code = 'class TestBox:\n  def test_shuts(self):\n    assert Box().open() == """\n  x"""\n\n  def test_more(self):\n    pass\n'
    const { text } = await written(code, siteOf({ ...base, text: there }))
    expect(text).toContain(
      '    def test_opens(self):\n        assert True\n\n    def test_shuts(self):\n      assert Box().open() == """\n  x"""\n\n\ndef test_last',
    )
  })

  it('is indented as its class is', async () => {
    const text = 'class TestBox:\n\tdef test_opens(self):\n\t\tassert True\n'
    const code = 'class TestBox:\n    def test_new(self):\n        if Box():\n            assert 1 + (\n              2)\n'
    const outcome = await written(code, siteOf({ ...base, text }))
    expect(outcome.text).toContain('\n\n\tdef test_new(self):\n\t\tif Box():\n\t\t\tassert 1 + (\n\t\t\t  2)\n')
  })

  it('is refused where there is none, or where it does not parse', async () => {
    expect(await unwritable('x = 1', siteOf(base))).toMatchObject({ filter: 'answer' })
    expect(await unwritable('def test_a(:\n    pass', siteOf(base))).toMatchObject({ filter: 'parse' })
  })

  it('never breaks its file, whatever is written', async () => {
    const piece = fc.constantFrom(
      'def test_a():\n    pass',
      'class TestBox:\n    def test_b(self):\n        pass',
      'import os',
      'from clamp import *',
      'x = 1',
      '@pytest.mark.x',
      '# c',
      '    y = 2',
      'LIMIT = 2',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 6 }), fc.constantFrom(null, there), async (pieces, text) => {
        const outcome = await writeTest(pieces.join('\n'), siteOf({ ...base, text }))
        if ('filter' in outcome) return
        expect(await problemsOf(outcome.text, 'a.py')).toEqual([])
      }),
      { numRuns: process.env.SOAK === '1' ? 2000 : 60 },
    )
  })
})
