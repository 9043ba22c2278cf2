/** Code inside a string: the string goes on after `close`. */
export interface Hole {
  open: string
  close: ')' | '}'
}

interface Common {
  /** A condition on what stands before or after the opener, where its characters alone do not decide. */
  guard?: (text: string, at: number) => boolean
}

/** One way in which a language leaves plain code, and how it comes back. Openers are literal; `pattern` ones are regular expressions of bounded length. */
export type Lexeme = Common &
  (
    | { kind: 'line-comment'; open: string }
    | { kind: 'block-comment'; open: string; close: string; nests?: true }
    | { kind: 'string'; open: string; close: string; escapes?: true; doubles?: true; multiline?: true; hole?: Hole }
    | { kind: 'raw-string'; pattern: string; closeOf: (opener: string) => string }
    | { kind: 'heredoc'; pattern: string }
    | { kind: 'percent-literal'; pattern: string }
    | { kind: 'char'; open: "'" }
    | { kind: 'regex'; open: '/' }
  )

export interface Language {
  name: string
  lexemes: readonly Lexeme[]
  /** Markup around the code, e.g. `<script>` or `<?php`. */
  inside?: 'script' | 'php'
  /** Only its comments are of interest: what stands around them is for people. */
  isText?: true
}

const slashes: Lexeme = { kind: 'line-comment', open: '//' }
const block: Lexeme = { kind: 'block-comment', open: '/*', close: '*/' }
const nestedBlock: Lexeme = { kind: 'block-comment', open: '/*', close: '*/', nests: true }
const hash: Lexeme = { kind: 'line-comment', open: '#' }
/** In a shell and in data files `a#b` is one word. */
const wordHash: Lexeme = { kind: 'line-comment', open: '#', guard: (text, at) => at === 0 || /[\s;|&(]/.test(text.charAt(at - 1)) }
const dashes: Lexeme = { kind: 'line-comment', open: '--' }
const char: Lexeme = { kind: 'char', open: "'" }

const quoted = (open: string, more: Partial<Extract<Lexeme, { kind: 'string' }>> = {}): Lexeme => ({
  kind: 'string',
  open,
  close: open,
  escapes: true,
  ...more,
})
const raw = (open: string, more: Partial<Extract<Lexeme, { kind: 'string' }>> = {}): Lexeme => ({
  kind: 'string',
  open,
  close: open,
  multiline: true,
  ...more,
})
const dollarHole: Hole = { open: '${', close: '}' }
const rubyHole: Hole = { open: '#{', close: '}' }

/** An apostrophe after a letter is text of a page (`don't` in JSX), unless the letters are a keyword. */
const notAfterWord = (text: string, at: number): boolean => {
  const word = /[\w$]+$/.exec(text.slice(Math.max(0, at - 12), at))?.[0]
  return word === undefined || /^(?:return|case|in|of|typeof|from|import|export|as|else|default|void|await|yield|throw|extends)$/.test(word)
}

const javascript: Language = {
  name: 'javascript',
  lexemes: [
    slashes,
    block,
    { kind: 'line-comment', open: '#!', guard: (_, at) => at === 0 },
    quoted("'", { guard: notAfterWord }),
    quoted('"', { guard: notAfterWord }),
    quoted('`', { multiline: true, hole: dollarHole }),
    { kind: 'regex', open: '/' },
  ],
}

const python: Language = {
  name: 'python',
  lexemes: [hash, quoted('"""', { multiline: true }), quoted("'''", { multiline: true }), quoted('"'), quoted("'")],
}

const hashes = (opener: string): string => '#'.repeat(opener.split('#').length - 1)

const languages = {
  javascript,
  python,
  go: { name: 'go', lexemes: [slashes, block, quoted('"'), raw('`'), char] },
  rust: {
    name: 'rust',
    lexemes: [
      slashes,
      nestedBlock,
      {
        kind: 'raw-string',
        pattern: 'r#{0,20}"',
        closeOf: (opener) => `"${hashes(opener)}`,
        guard: (text, at) => !/[\w]/.test(text.charAt(at - 1)) || /[bc]/.test(text.charAt(at - 1)),
      },
      quoted('"', { multiline: true }),
      char,
    ],
  },
  java: { name: 'java', lexemes: [slashes, block, quoted('"""', { multiline: true }), quoted('"'), char] },
  kotlin: {
    name: 'kotlin',
    lexemes: [slashes, nestedBlock, raw('"""', { hole: dollarHole }), quoted('"', { hole: dollarHole }), char],
  },
  scala: {
    name: 'scala',
    lexemes: [slashes, nestedBlock, raw('"""', { hole: dollarHole }), quoted('"', { hole: dollarHole }), char],
  },
  groovy: {
    name: 'groovy',
    lexemes: [
      slashes,
      block,
      quoted("'''", { multiline: true }),
      quoted('"""', { multiline: true, hole: dollarHole }),
      quoted("'"),
      quoted('"', { hole: dollarHole }),
    ],
  },
  dart: {
    name: 'dart',
    lexemes: [
      slashes,
      nestedBlock,
      quoted("'''", { multiline: true, hole: dollarHole }),
      quoted('"""', { multiline: true, hole: dollarHole }),
      quoted("'", { hole: dollarHole }),
      quoted('"', { hole: dollarHole }),
    ],
  },
  swift: {
    name: 'swift',
    lexemes: [
      slashes,
      nestedBlock,
      { kind: 'raw-string', pattern: '#{1,20}"', closeOf: (opener) => `"${hashes(opener)}` },
      quoted('"""', { multiline: true, hole: { open: '\\(', close: ')' } }),
      quoted('"', { hole: { open: '\\(', close: ')' } }),
    ],
  },
  csharp: {
    name: 'csharp',
    lexemes: [
      slashes,
      block,
      { kind: 'raw-string', pattern: '"{3,20}', closeOf: (opener) => opener },
      raw('@"', { close: '"', doubles: true }),
      raw('@$"', { close: '"', doubles: true }),
      raw('$@"', { close: '"', doubles: true }),
      quoted('"'),
      char,
    ],
  },
  c: {
    name: 'c',
    lexemes: [
      slashes,
      block,
      { kind: 'raw-string', pattern: 'R"[^()\\\\\\s"]{0,16}\\(', closeOf: (opener) => `)${opener.slice(2, -1)}"` },
      quoted('"'),
      char,
    ],
  },
  php: {
    name: 'php',
    inside: 'php',
    lexemes: [
      slashes,
      block,
      { kind: 'line-comment', open: '#', guard: (text, at) => text.charAt(at + 1) !== '[' },
      { kind: 'raw-string', pattern: '\\?>', closeOf: () => '<?' },
      { kind: 'heredoc', pattern: '<<<[ \\t]{0,8}["\']?[A-Za-z_]\\w{0,80}["\']?' },
      quoted("'", { multiline: true }),
      quoted('"', { multiline: true }),
    ],
  },
  ruby: {
    name: 'ruby',
    lexemes: [
      hash,
      { kind: 'block-comment', open: '=begin', close: '\n=end', guard: (text, at) => at === 0 || text.charAt(at - 1) === '\n' },
      { kind: 'heredoc', pattern: '<<(?:[~-]["\'`]?[A-Za-z_]\\w{0,80}["\'`]?|["\'`]?[A-Z_][A-Z0-9_]{0,80}["\'`]?)' },
      { kind: 'percent-literal', pattern: '%(?:[qQwWiIrsx][^\\w\\s]|[({\\[])', guard: (text, at) => !/[\w)\]}]/.test(text.charAt(at - 1)) },
      quoted('"', { multiline: true, hole: rubyHole }),
      quoted("'", { multiline: true }),
      quoted('`', { multiline: true, hole: rubyHole }),
      { kind: 'regex', open: '/' },
    ],
  },
  shell: {
    name: 'shell',
    lexemes: [
      wordHash,
      { kind: 'heredoc', pattern: '<<-?[ \\t]{0,8}\\\\?["\']?[A-Za-z_]\\w{0,80}["\']?', guard: (text, at) => text.charAt(at - 1) !== '<' },
      quoted("$'", { close: "'", multiline: true }),
      raw("'"),
      quoted('"', { multiline: true, hole: { open: '$(', close: ')' } }),
    ],
  },
  css: { name: 'css', lexemes: [block, quoted('"'), quoted("'")] },
  scss: {
    name: 'scss',
    lexemes: [block, { kind: 'line-comment', open: '//', guard: (text, at) => text.charAt(at - 1) !== ':' }, quoted('"'), quoted("'")],
  },
  sql: {
    name: 'sql',
    lexemes: [dashes, block, raw("'", { doubles: true })],
  },
  lua: {
    name: 'lua',
    lexemes: [{ kind: 'block-comment', open: '--[[', close: ']]' }, dashes, quoted('"'), quoted("'"), raw('[[', { close: ']]' })],
  },
  elixir: {
    name: 'elixir',
    lexemes: [hash, quoted('"""', { multiline: true, hole: rubyHole }), quoted('"', { multiline: true, hole: rubyHole })],
  },
  terraform: { name: 'terraform', lexemes: [wordHash, slashes, block, quoted('"')] },
  config: { name: 'config', lexemes: [wordHash, quoted('"')] },
  markup: { name: 'markup', isText: true, lexemes: [{ kind: 'block-comment', open: '<!--', close: '-->' }] },
  component: { ...javascript, inside: 'script' },
} as const satisfies Record<string, Language>

type Name = keyof typeof languages

/** Extensions, and whole names in lower case, of each language. */
const namesOf: Readonly<Record<Name, string>> = {
  javascript: 'js jsx mjs cjs ts tsx mts cts es6 jsonc json5',
  component: 'vue svelte astro html htm',
  python: 'py pyi pyw bzl bazel star sconstruct',
  go: 'go',
  rust: 'rs',
  java: 'java',
  kotlin: 'kt kts',
  scala: 'scala sc',
  groovy: 'groovy gradle jenkinsfile',
  dart: 'dart',
  swift: 'swift',
  csharp: 'cs csx',
  c: 'c h cc cpp cxx hh hpp hxx inl ino m mm cu proto',
  php: 'php phtml',
  ruby: 'rb rake gemspec ru rakefile gemfile podfile fastfile vagrantfile',
  shell: 'sh bash zsh ksh bats bashrc zshrc profile',
  css: 'css',
  scss: 'scss sass less',
  sql: 'sql',
  lua: 'lua',
  elixir: 'ex exs',
  terraform: 'tf tfvars hcl',
  config: 'yml yaml toml ini cfg conf properties env dockerfile containerfile makefile mk cmake r pl pm jl nix graphql codeowners',
  markup: 'md mdx markdown xml svg',
}

const interpretersOf: Readonly<Partial<Record<Name, string>>> = {
  javascript: 'node deno bun tsx',
  python: 'python pypy',
  ruby: 'ruby',
  php: 'php',
  shell: 'sh bash dash zsh ksh',
}

/** The language of a file, by its name or by the interpreter that its first line names; null where neither says. */
export function languageOf(path: string, text = ''): Language | null {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase()
  if (/^(?:\.env|dockerfile|containerfile)(?:\.|$)/.test(name)) return languages.config
  // A file called `c` or `go` says nothing; one called `makefile` does.
  const known = name.includes('.') || name.length > 5 ? listing(namesOf, name.slice(name.lastIndexOf('.') + 1)) : undefined
  if (known !== undefined || name.includes('.')) return known === undefined ? null : languages[known]
  const interpreter = /^#! ?(?:\/[\w.-]+)*\/(?:env(?: -S)? )?([a-z]+)/.exec(text.slice(0, 200))?.[1]
  const found = interpreter === undefined ? undefined : listing(interpretersOf, interpreter)
  return found === undefined ? null : languages[found]
}

function listing(table: Readonly<Partial<Record<Name, string>>>, word: string): Name | undefined {
  return (Object.keys(table) as Name[]).find((name) => table[name]?.split(' ').includes(word))
}
