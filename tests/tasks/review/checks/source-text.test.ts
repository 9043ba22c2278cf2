import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { languageOf } from '../../../../src/tasks/review/checks/language.ts'
import { sourceText } from '../../../../src/tasks/review/checks/source-text.ts'

/** The code with every run of spaces folded, and the comments the same way. */
function split(path: string, text: string) {
  const language = languageOf(path, text)
  if (language === null) return null
  const { code, comments } = sourceText(text, language)
  const fold = (part: string) => part.replace(/[ \n]+/g, ' ').trim()
  return { code: fold(code), comments: fold(comments) }
}

const codeOf = (path: string, text: string) => split(path, text)?.code

describe('telling code from what only looks like it', () => {
  it.each([
    ['line comments', 'a.ts', 'a // b\nc', 'a c'],
    ['block comments', 'a.ts', 'a /* b\n * c */ d', 'a d'],
    ['strings of both kinds', 'a.ts', `f('x', "y")`, `f(' ', " ")`],
    ['escaped quotes', 'a.ts', `f('a\\'b', "a\\"b") + c`, `f(' ', " ") + c`],
    ['an escaped line break', 'a.js', `f('a\\\nb') + c`, `f(' ') + c`],
    ['an escaped CRLF', 'a.js', `f('a\\\r\nb') + c`, `f(' \r ') + c`],
    ['a string that is not closed', 'a.ts', `f('a\nb()`, `f(' b()`],
    ['templates with code in their holes', 'a.ts', 'f(`a ${b(`c ${d} e`)} f`) + g', 'f(` ${b(` ${d} `)} `) + g'],
    ['braces in the hole of a template', 'a.ts', 'f(`${ { a: { b } } } text`) + c', 'f(`${ { a: { b } } } `) + c'],
    ['a template over lines', 'a.ts', 'f(`\ndebugger\n`)', 'f(` `)'],
    ['a stray backtick', 'a.tsx', '<p>a ` b</p>\ndebugger', '<p>a ` b</p> debugger'],
    ['apostrophes of a text in JSX', 'a.tsx', `<p>don't</p>\nf('x')`, `<p>don't</p> f(' ')`],
    ['a string after a keyword', 'a.ts', `return'x' + a`, `return' ' + a`],
    ['regular expressions', 'a.ts', `x = /a'b"c/g.test(y)`, `x = / /g.test(y)`],
    ['a slash in a character class', 'a.ts', `x = /[/'"]/.test(y) + 'z'`, `x = / /.test(y) + ' '`],
    ['a division', 'a.ts', `a / b / 'c'`, `a / b / ' '`],
    ['a division after brackets', 'a.ts', `(a) / b[0] / 'c'`, `(a) / b[0] / ' '`],
    ['a regular expression after a keyword', 'a.ts', `return /'/.test(a)`, `return / /.test(a)`],
    ['a regular expression after a comment', 'a.ts', `x = // why  \n /'/.test(a)`, `x = / /.test(a)`],
    ['an increment before a division', 'a.ts', `a++ / b / 'c'`, `a++ / b / ' '`],
    ['a slash without an end', 'a.ts', `x = / 'a'\nb`, `x = / ' ' b`],
    ['elements that close', 'a.tsx', `<a href="x" /> </a> 'b'`, `<a href=" " /> </a> ' '`],
    ['a hashbang', 'a.mjs', '#!/usr/bin/env node\na', 'a'],
    ['docstrings', 'a.py', 'def f():\n  """it\'s\n  pdb.set_trace()"""\n  a', 'def f(): """ """ a'],
    ['raw and byte strings', 'a.py', String.raw`r'\'' + b"x" + c`, `r' ' + b" " + c`],
    ['single quotes that end with the line', 'a.py', `a = 'x\nb`, `a = ' b`],
    ['raw strings of Go', 'a.go', 'a := `x\n\\`+ "b\\"c"', 'a := ` `+ " "'],
    ['runes', 'a.go', `a := '"' + 'x' + '\\''`, `a := ' ' + ' ' + ' '`],
    ['lifetimes', 'a.rs', `fn f<'a>(x: &'a str) -> char { '"' }`, `fn f<'a>(x: &'a str) -> char { ' ' }`],
    ['nested comments', 'a.rs', 'a /* b /* c */ d */ e', 'a e'],
    ['raw strings of Rust', 'a.rs', 'a = r#"x " y"# + br"z" + c', 'a = r#" "# + br" " + c'],
    ['an identifier that ends in r', 'a.rs', 'for "x" a', 'for " " a'],
    ['text blocks', 'A.java', 'a = """\n x " y\n""" + b;', 'a = """ """ + b;'],
    ['templates of Kotlin', 'a.kt', 'a = "x ${b["c"]} y" + d', 'a = " ${b[" "]} " + d'],
    ['templates of Swift', 'a.swift', 'a = "x \\(b("c")) y" + d', 'a = " \\(b(" ")) " + d'],
    ['raw strings of Swift', 'a.swift', 'a = #"x " y"# + d', 'a = #" "# + d'],
    ['verbatim strings', 'a.cs', 'a = @"x "" y\\" + b', 'a = @" " + b'],
    ['raw strings of C#', 'a.cs', 'a = """"x """ y"""" + b', 'a = """" """" + b'],
    ['raw strings of C++', 'a.cpp', 'a = R"x(b " )" c)x" + d', 'a = R"x( )x" + d'],
    ['digit separators', 'a.cpp', `int a = 1'000'000; f("x")`, `int a = 1'000'000; f(" ")`],
    ['triple quotes of Groovy', 'a.gradle', `a = '''x ' y''' + "b \${c} d"`, `a = ''' ''' + " \${c} "`],
    ['triple quotes of Dart', 'a.dart', `a = '''x ' y''' + 'z'`, `a = ''' ''' + ' '`],
    ['comments and strings of PHP', 'a.php', `<p>don't</p><?php f('a'); # b\n#[C]\n?>it's<?php d();`, `<?php f(' '); #[C] ?> <?php d();`],
    ['here-documents of PHP', 'a.php', `<?php a(<<<'X'\nit's\n  X);\nb();`, `<?php a(<<<'X' X); b();`],
    ['strings of Ruby with holes', 'a.rb', 'a = "x #{b("c")} y" + d', 'a = " #{b(" ")} " + d'],
    ['comment blocks of Ruby', 'a.rb', 'a\n=begin\nbyebug\n=end\nb', 'a b'],
    ['literals of Ruby', 'a.rb', "a = %w[b c] + %q(d (e) 'f') + 5 %d", 'a = %w[ ] + %q( ) + 5 %d'],
    ['here-documents of Ruby', 'a.rb', "f(<<~SQL, <<-'X')\n  it's\n  SQL\n  more'\n  X\nb", "f(<<~SQL, <<-'X') SQL X b"],
    ['a shovel operator', 'a.rb', "a << b\nclass << self\n'x'", "a << b class << self ' '"],
    ['regular expressions of Ruby', 'a.rb', `match /it's/\na / b`, `match / / a / b`],
    ['here-documents of a shell', 'a.sh', `cat <<EOF\nit's\nEOF\necho 'a' # b`, `cat <<EOF EOF echo ' '`],
    ['a here-document that does not end', 'a.sh', `cat <<EOF\necho 'a'`, `cat <<EOF echo ' '`],
    ['words with a hash', 'a.sh', 'a=${#b}; c#d # e', 'a=${#b}; c#d'],
    ['commands in a string of a shell', 'a.sh', 'a="x $(b "c") y"; d', 'a=" $(b " ") "; d'],
    ['quotes without escapes', 'a.sh', `a='x\\'; b`, `a=' '; b`],
    ['scripts of a component', 'a.vue', `<p>it's</p><script setup>\nf('a') // b\n</script><style>x</style>`, `f(' ')`],
    ['the head of an Astro page', 'a.astro', `---\nf('a')\n---\n<p>it's</p>`, `f(' ')`],
    ['comments of a page', 'a.md', 'a <!-- b --> c', 'a c'],
    ['URLs in a style sheet', 'a.scss', 'a: url(http://b) // c', 'a: url(http://b)'],
    ['doubled quotes of SQL', 'a.sql', `a 'it''s' -- b\nc`, `a ' ' c`],
    ['long comments of Lua', 'a.lua', 'a --[[ b\n c ]] d -- e', 'a d'],
  ])('blanks %s', (_, path, text, expected) => {
    expect(codeOf(path, text)).toBe(expected)
  })

  it('keeps comments, and nothing else, among the comments', () => {
    expect(split('a.ts', `f('// no') // yes\n/* also */ g(/\\/\\/no/)`)?.comments).toBe('// yes /* also */')
  })

  it('finds the language by the interpreter where the name does not say', () => {
    expect(
      ['a', 'b', 'c', 'd'].map(
        (path, at) => languageOf(path, ['#!/usr/bin/env python3\n', '#!/bin/bash -e\n', '#! /usr/bin/env -S node --x\n', 'text'][at])?.name,
      ),
    ).toEqual(['python', 'shell', 'javascript', undefined])
  })

  it.each([
    ['.env.local', 'config'],
    ['Dockerfile.dev', 'config'],
    ['Jenkinsfile', 'groovy'],
    ['notes.txt', undefined],
    ['data.json', undefined],
    ['constructor', undefined],
  ])('knows what %s is written in', (path, name) => {
    expect(languageOf(path)?.name).toBe(name)
  })
})

const paths = [
  'a.ts',
  'a.vue',
  'a.py',
  'a.go',
  'a.rs',
  'a.java',
  'a.kt',
  'a.swift',
  'a.cs',
  'a.cpp',
  'a.php',
  'a.rb',
  'a.sh',
  'a.sql',
  'a.lua',
  'a.dart',
  'a.scss',
  'a.tf',
  'a.yml',
  'a.md',
  'a.gradle',
  'a.ex',
  'a.css',
  'a.scala',
]
const pieces = [
  '"',
  "'",
  '`',
  '/',
  '//',
  '/*',
  '*/',
  '#',
  '${',
  '#{',
  '{',
  '}',
  '(',
  ')',
  '\\',
  '\\(',
  '\n',
  '\r\n',
  'a',
  ' ',
  '"""',
  "'''",
  'r#"',
  '"#',
  '<<EOF\n',
  'EOF\n',
  '=begin',
  '=end',
  '%w[',
  ']',
  '<?php',
  '?>',
  '<script>',
  '</script>',
  '<!--',
  '-->',
  '---\n',
  '--',
  '[[',
  'R"x(',
  ')x"',
  '\u{1f600}',
  '\ud800',
  '\u2028',
  'return',
  '++',
]

describe('any text', () => {
  it('keeps its length and its line breaks, and every character of it is code, comment or blank', () => {
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.array(fc.constantFrom(...pieces), { maxLength: 60 }), (path, parts) => {
        const text = parts.join('')
        const language = languageOf(path)!
        const { code, comments } = sourceText(text, language)
        expect([code.length, comments.length]).toEqual([text.length, text.length])
        for (let at = 0; at < text.length; at += 1) {
          const [original, inCode, inComments] = [text[at], code[at], comments[at]]
          if (original === '\n' || original === '\r') expect([inCode, inComments]).toEqual([original, original])
          else {
            expect([original, ' ']).toContain(inCode)
            expect([original, ' ']).toContain(inComments)
            expect(inCode !== ' ' && inComments !== ' ').toBe(false)
          }
        }
      }),
      { numRuns: 1500 },
    )
  })

  it('is read in a time that grows with its length alone, whatever it repeats', { timeout: 120_000 }, () => {
    for (const piece of pieces) {
      const text = piece.repeat(Math.ceil(100_000 / piece.length))
      for (const path of paths) expect(sourceText(text, languageOf(path)!).code).toHaveLength(text.length)
    }
  })
})
