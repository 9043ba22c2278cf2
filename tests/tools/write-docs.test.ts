import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isOnlyDocumentationChanged } from '../../src/syntax/is-only-documentation-changed.ts'
import { symbolsOf } from '../../src/syntax/symbols.ts'
import { writeDocs } from '../../src/tools/write-docs.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { hostileTexts } from '../helpers/hostile-texts.ts'
import { endingOf, samples } from '../syntax/samples.ts'
import { toolContract } from './contract.ts'
import { toolContext } from './tool-context.ts'

const source = 'export function parsePort(text: string): number {\n  return Number(text)\n}\n'

toolContract(writeDocs, {
  files: { 'src/a.ts': source },
  input: { path: 'src/a.ts', symbol: 'parsePort', text: 'Reads a port.', line: 0 },
  pathFields: ['path'],
})

interface Written {
  text: string
  file: string
}

/** What a call makes of a file, and what it says. */
async function write(path: string, content: string | Uint8Array, input: Record<string, unknown>): Promise<Written> {
  using repository = temporaryRepository()
  repository.write(path, content)
  const context = toolContext(repository)
  const { text } = await writeDocs.run(writeDocs.input.parse({ path, ...input }), context)
  return { text, file: (await context.checkout.read(path)).toString('utf8') }
}

describe('write_docs', () => {
  it.each([
    ['TypeScript', 'a.ts', source, 'parsePort', 'Reads a port.', `/** Reads a port. */\n${source}`],
    [
      'more lines',
      'a.ts',
      source,
      'parsePort',
      'Reads a port.\n\n@returns 1–65535',
      `/**\n * Reads a port.\n *\n * @returns 1–65535\n */\n${source}`,
    ],
    ['a method', 'a.ts', 'class A {\n  @dec()\n  m() {}\n}\n', 'A.m', 'M.', 'class A {\n  /** M. */\n  @dec()\n  m() {}\n}\n'],
    [
      'a directive above',
      'a.ts',
      '// eslint-disable-next-line x\nconst a = 1\n',
      'a',
      'A.',
      '/** A. */\n// eslint-disable-next-line x\nconst a = 1\n',
    ],
    [
      'an interpreter above',
      'a.js',
      '#!/usr/bin/env node\nfunction f() {}\n',
      'f',
      'F.',
      '#!/usr/bin/env node\n/** F. */\nfunction f() {}\n',
    ],
    [
      'code that ends above',
      'a.ts',
      'f() // eslint-disable-line\nconst a = 1\n',
      'a',
      'A.',
      'f() // eslint-disable-line\n/** A. */\nconst a = 1\n',
    ],
    [
      'line ends of Windows',
      'a.ts',
      'f()\r\nclass A {\r\n\tm() {}\r\n}\r\n',
      'm',
      'A\nB',
      'f()\r\nclass A {\r\n\t/**\r\n\t * A\r\n\t * B\r\n\t */\r\n\tm() {}\r\n}\r\n',
    ],
    ['a byte order mark', 'a.ts', '\uFEFFconst a = "😀"\nconst b = 1\n', 'b', 'B 😀.', '\uFEFFconst a = "😀"\n/** B 😀. */\nconst b = 1\n'],
    [
      'Python',
      'a.py',
      'class A:\n    def m(self):\n        # why\n        return 1\n',
      'A.m',
      'M.',
      'class A:\n    def m(self):\n        # why\n        """M."""\n        return 1\n',
    ],
    ['Python with a quote', 'a.py', 'def f():\n    pass\n', 'f', 'Says "no"', 'def f():\n    """Says "no"\n    """\n    pass\n'],
    [
      'Python with a quote first',
      'a.py',
      'def f():\n    pass\n',
      'f',
      '"No" it says.',
      'def f():\n    """ "No" it says.\n    """\n    pass\n',
    ],
    ['Python with a backslash', 'a.py', 'def f():\n    pass\n', 'f', 'Splits at \\n.', 'def f():\n    r"""Splits at \\n."""\n    pass\n'],
    [
      'Go',
      'a.go',
      'package a\n\n//go:noinline\nfunc F() {}\n',
      'F',
      'F does.\n\nIt is.',
      'package a\n\n// F does.\n//\n// It is.\n//go:noinline\nfunc F() {}\n',
    ],
    ['Rust', 'a.rs', '#[derive(Debug)]\nstruct A;\n', 'A', 'An A.', '/// An A.\n#[derive(Debug)]\nstruct A;\n'],
    [
      'Java',
      'A.java',
      'class A {\n    @Override\n    public int m() { return 1; }\n}\n',
      'm',
      'M.',
      'class A {\n    /** M. */\n    @Override\n    public int m() { return 1; }\n}\n',
    ],
    [
      'C#',
      'a.cs',
      'class A\n{\n    int M() => 1;\n}\n',
      'M',
      'Is < 2 & > 0.',
      'class A\n{\n    /// <summary>Is &lt; 2 &amp; &gt; 0.</summary>\n    int M() => 1;\n}\n',
    ],
    ['C# on more lines', 'a.cs', 'class A {}\n', 'A', 'A.\nB.', '/// <summary>\n/// A.\n/// B.\n/// </summary>\nclass A {}\n'],
    ['C# that is marked up', 'a.cs', 'class A {}\n', 'A', '<summary>A.</summary>', '/// <summary>A.</summary>\nclass A {}\n'],
    ['Ruby', 'a.rb', 'class A\n  def m; end\nend\n', 'A#m', 'M.', 'class A\n  # M.\n  def m; end\nend\n'],
    ['PHP', 'a.php', '<?php\n#[Attr]\nfunction f() {}\n', 'f', '@param int $a', '<?php\n/** @param int $a */\n#[Attr]\nfunction f() {}\n'],
    ['C', 'a.c', 'int f(void) { return 1; }\n', 'f', 'F.', '/** F. */\nint f(void) { return 1; }\n'],
    ['C++', 'a.cpp', 'template <class T>\nclass A {};\n', 'A', 'A.', '/** A. */\ntemplate <class T>\nclass A {};\n'],
    ['a shell script', 'a.sh', 'f() {\n  ls\n}\n', 'f', 'F.', '# F.\nf() {\n  ls\n}\n'],
    ['a style sheet', 'a.css', 'a { b: c }\n.d { e: f }\n', '.d', 'D.', 'a { b: c }\n/* D. */\n.d { e: f }\n'],
  ])('writes documentation in %s', async (_name, path, before, symbol, text, after) => {
    const { file, text: said } = await write(path, before, { symbol, text })
    expect(file).toBe(after)
    expect(said).toMatch(/^Added the documentation of \w+ /)
  })

  it.each([
    ['TypeScript', 'a.ts', '  /** Old. */\n  function f() {}\n', 'f', '  /** New. */\n  function f() {}\n'],
    ['Python', 'a.py', "def f():\n    '''Old\n    text.'''\n", 'f', 'def f():\n    """New."""\n'],
    ['Go', 'a.go', 'package a\n\n// Old\n// text.\nfunc f() {}\n', 'f', 'package a\n\n// New.\nfunc f() {}\n'],
    ['C++ with slashes', 'a.cpp', '/// Old.\nint f();\n', 'f', '/// New.\nint f();\n'],
    ['C# with a star', 'a.cs', '/** Old. */\nclass f {}\n', 'f', '/** <summary>New.</summary> */\nclass f {}\n'],
    ['Rust with a star', 'a.rs', '/** Old. */\nfn f() {}\n', 'f', '/** New. */\nfn f() {}\n'],
  ])('replaces documentation in %s', async (_name, path, before, symbol, after) => {
    const { file, text } = await write(path, before, { symbol, text: 'New.' })
    expect(file).toBe(after)
    expect(text).toMatch(/^Replaced the documentation of /)
  })

  it.each([
    ['a.ts', '/** Reads a port. */'],
    ['a.ts', '/**\n * Reads a port.\n */'],
    ['a.ts', '// Reads a port.'],
    ['a.py', '"""Reads a port."""'],
    ['a.go', '// Reads a port.'],
    ['a.rs', '/// Reads a port.'],
  ])('takes comment signs off that the text brings along in %s: %j', async (path, text) => {
    const code: Record<string, string> = {
      'a.ts': 'const f = 1\n',
      'a.py': 'def f():\n    pass\n',
      'a.go': 'package a\n\nvar f = 1\n',
      'a.rs': 'fn f() {}\n',
    }
    const plain = await write(path, code[path]!, { symbol: 'f', text: 'Reads a port.' })
    expect(await write(path, code[path]!, { symbol: 'f', text })).toEqual(plain)
  })

  it('says that nothing is to be done', async () => {
    expect(await write('a.ts', `/** Reads a port. */\n${source}`, { symbol: 'parsePort', text: 'Reads a port.' })).toEqual({
      text: 'a.ts says exactly this about parsePort already.',
      file: `/** Reads a port. */\n${source}`,
    })
  })

  it('tells definitions of the same name apart by their line', async () => {
    const before = 'class A {\n  m() {}\n}\nclass B {\n  m() {}\n}\n'
    await expect(write('a.ts', before, { symbol: 'm', text: 'M.' })).rejects.toThrow(
      'In a.ts, several definitions match. Name the class too, or the line:\nline 2: method A.m\nline 5: method B.m',
    )
    await expect(write('a.ts', before, { symbol: 'm', text: 'M.', line: 3 })).rejects.toThrow('none of them is at line 3')
    expect((await write('a.ts', before, { symbol: 'm', text: 'M.', line: 5 })).file).toBe(
      'class A {\n  m() {}\n}\nclass B {\n  /** M. */\n  m() {}\n}\n',
    )
  })

  it.each([
    ['a text that ends the comment', 'a.ts', source, 'parsePort', 'Ends */ here.', 'The text contains */'],
    ['a text that ends the string', 'a.py', 'def f():\n    pass\n', 'f', 'Ends """ here.', 'The text contains """'],
    ['a text without text', 'a.ts', source, 'parsePort', '/** */', 'The text is empty.'],
    ['control characters', 'a.ts', source, 'parsePort', 'a\u0007b', 'control characters'],
    ['line ends that only compilers see', 'a.go', 'package a\nvar f = 1\n', 'f', 'a\u2028b', 'control characters'],
    ['characters that Java decodes', 'A.java', 'class A {}\n', 'A', 'a \\u002a/ b', '\\u, which Java reads'],
    ['a directive in the text', 'a.ts', source, 'parsePort', '@ts-nocheck', 'more than documentation would change'],
    ['a build tag in the text', 'a.go', 'package a\nvar f = 1\n', 'f', '+build x', 'more than documentation would change'],
    [
      'a directive in the comment that is there',
      'a.ts',
      '/** @internal */\nconst f = 1\n',
      'f',
      'F.',
      'more than documentation would change',
    ],
    ['code that reads documentation', 'a.py', 'def f():\n    pass\nprint(f.__doc__)\n', 'f', 'F.', 'more than documentation would change'],
    ['a file that does not parse', 'a.ts', 'function f() {}\nconst a = "\n', 'f', 'F.', 'more than documentation would change'],
    ['a body on the same line', 'a.py', 'def f(): pass\n', 'f', 'F.', 'shares line 1 with other code'],
    ['a definition behind other code', 'a.ts', 'const a = 1, b = 2\n', 'b', 'B.', 'shares line 1 with other code'],
    ['what Python does not document', 'a.py', 'LIMIT = 1\n', 'LIMIT', 'L.', 'functions and classes only; LIMIT is a constant.'],
    ['a name that is not there', 'a.ts', source, 'parsePrt', 'P.', 'a.ts defines no "parsePrt". Did you mean parsePort?'],
    ['a name like no other', 'a.ts', source, 'zzzzzzzzz', 'P.', 'a.ts defines no "zzzzzzzzz". It defines parsePort.'],
    ['a file without definitions', 'a.ts', 'f()\n', 'f', 'F.', 'It has no definitions'],
    ['a language that it does not know', 'a.txt', 'f\n', 'f', 'F.', 'a.txt is in a language'],
    ['another encoding', 'a.ts', Uint8Array.of(0x2f, 0x2f, 0xe9, 0x0a), 'f', 'F.', 'a.ts is not UTF-8'],
  ])('refuses %s', async (_name, path, before, symbol, text, message) => {
    using repository = temporaryRepository()
    repository.write(path, before)
    const context = toolContext(repository)
    await expect(writeDocs.run(writeDocs.input.parse({ path, symbol, text }), context)).rejects.toThrow(message)
    expect(await context.checkout.read(path)).toEqual(Buffer.from(before))
  })

  it('remembers the file for whoever has read it', async () => {
    using repository = temporaryRepository({ files: { 'a.ts': source } })
    const context = toolContext(repository)
    context.seen.note('a.ts', Buffer.from(source))
    await writeDocs.run(writeDocs.input.parse({ path: 'a.ts', symbol: 'parsePort', text: 'P.' }), context)
    expect(context.seen.check('a.ts', await context.checkout.read('a.ts'))).toBe('seen')
  })

  it('changes nothing but documentation, whatever the text is', async () => {
    using repository = temporaryRepository()
    const context = toolContext(repository)
    const piece = fc.constantFrom(
      ...hostileTexts,
      '*/',
      '/*',
      '"""',
      "'''",
      '\\',
      '//',
      '#',
      '///',
      '{@link a}',
      '<b>',
      '\n',
      '\n\n',
      ' ',
      'word',
      '@param a',
      '漢字',
      '😀',
    )
    const anyText = fc.array(piece, { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join('').slice(0, 4000))
    const check = fc.asyncProperty(anyText, fc.constantFrom(...samples), fc.nat(), async (text, { language, source: before }, choice) => {
      const path = `a.${endingOf[language]}`
      repository.write(path, before)
      const symbols = await symbolsOf(before, path)
      const { name, startLine } = symbols[choice % symbols.length]!
      const input = writeDocs.input.safeParse({ path, symbol: name, text, line: startLine })
      const isWritten =
        input.success &&
        (await writeDocs.run(input.data, context).then(
          () => true,
          () => false,
        ))
      const after = (await context.checkout.read(path)).toString('utf8')
      expect(isWritten || after === before).toBe(true)
      expect(await isOnlyDocumentationChanged(before, after, path)).toBe(true)
      expect((await symbolsOf(after, path)).map((symbol) => symbol.name)).toEqual(symbols.map((symbol) => symbol.name))
    })
    await fc.assert(check, { numRuns: process.env.SOAK === '1' ? 3000 : 150 })
  })
})
