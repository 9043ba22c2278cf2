import { posix } from 'node:path'

/** Languages that are understood, by the names of their grammars. */
export const languages = [
  'bash',
  'c-sharp',
  'cpp',
  'css',
  'go',
  'java',
  'javascript',
  'php',
  'python',
  'ruby',
  'rust',
  'tsx',
  'typescript',
] as const

export type Language = (typeof languages)[number]

// C is read as C++, which is near enough to find its functions and comments.
const languageByExtension: Readonly<Record<string, Language>> = {
  bash: 'bash',
  bats: 'bash',
  c: 'cpp',
  cc: 'cpp',
  cjs: 'javascript',
  cpp: 'cpp',
  cs: 'c-sharp',
  css: 'css',
  cts: 'typescript',
  cxx: 'cpp',
  gemspec: 'ruby',
  go: 'go',
  h: 'cpp',
  hh: 'cpp',
  hpp: 'cpp',
  hxx: 'cpp',
  java: 'java',
  js: 'javascript',
  jsx: 'javascript',
  mjs: 'javascript',
  mts: 'typescript',
  php: 'php',
  py: 'python',
  pyi: 'python',
  pyw: 'python',
  rake: 'ruby',
  rb: 'ruby',
  rs: 'rust',
  sh: 'bash',
  ts: 'typescript',
  tsx: 'tsx',
}

const languageByInterpreter: readonly (readonly [RegExp, Language])[] = [
  [/^(?:ba|da|a|k|z)?sh$/, 'bash'],
  [/^python[\d.]*$/, 'python'],
  [/^(?:node|nodejs)$/, 'javascript'],
  [/^(?:deno|bun|tsx|ts-node)$/, 'typescript'],
  [/^ruby[\d.]*$/, 'ruby'],
  [/^php[\d.]*$/, 'php'],
]

const languageByName: Readonly<Record<string, Language>> = { Gemfile: 'ruby', Rakefile: 'ruby' }

/** What a file is written in: by its name, else by the interpreter that its first line names; null for what is not understood. */
export function languageOf(path: string, text = ''): Language | null {
  const name = posix.basename(path)
  const extension = posix.extname(name).slice(1).toLowerCase()
  const known = own(languageByExtension, extension) ?? own(languageByName, name)
  if (known) return known
  return extension === '' ? languageOfShebang(text) : null
}

function languageOfShebang(text: string): Language | null {
  const [, line = ''] = /^\uFEFF?#!([^\n]{0,300})/.exec(text) ?? []
  const words = line.trim().split(/\s+/)
  const programs = words.filter((word) => !word.startsWith('-') && !word.includes('=')).map((word) => posix.basename(word))
  const program = programs[0] === 'env' ? programs[1] : programs[0]
  return languageByInterpreter.find(([pattern]) => pattern.test(program ?? ''))?.[1] ?? null
}

function own<Value>(table: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined
}
