import { fixedFolder, globMatcher } from '../../domain/glob.ts'
import { estimateTokens } from '../../domain/tokens.ts'

/** One of the team's own review rules: Markdown, for the files its front matter names or for all. */
export interface Rule {
  path: string
  text: string
  appliesTo(path: string): boolean
  /** Without paths of its own it is part of the prompt that all units share. */
  shared: boolean
}

/** Tokens that all rules of one prompt may take; more of them would push out the code. */
const ruleTokens = 1200

interface RuleFiles {
  /** Paths of the files below a folder, relative to the root; without the folder, none. */
  list(folder: string): Promise<readonly string[]>
  read(path: string): Promise<string | null>
}

/** Reads the rule files that the globs name, in the order of their paths. */
export async function loadRules(globs: readonly string[], files: RuleFiles): Promise<Rule[]> {
  const matches = globMatcher(globs)
  const listed = await Promise.all([...new Set(globs.map(fixedFolder))].map((folder) => files.list(folder)))
  const paths = [...new Set(listed.flat())].filter((path) => matches(path)).toSorted()
  const rules = await Promise.all(
    paths.map(async (path) => {
      const text = await files.read(path)
      return text === null ? [] : [await parseRule(path, text)]
    }),
  )
  return rules.flat().filter(({ text }) => text !== '')
}

/** Splits a rule file into its front matter and its text. `paths`, `globs` and `applyTo` are understood, as lists or comma-separated. */
async function parseRule(path: string, source: string): Promise<Rule> {
  const [, header, body] = /^\ufeff?---\r?\n([\s\S]*?)\r?\n---\r?\n?([\s\S]*)$/.exec(source) ?? [undefined, undefined, source]
  const globs = header === undefined ? null : await globsIn(header)
  const matches = globMatcher(globs ?? [])
  const shared = globs === null
  return { path, text: (body ?? '').trim(), shared, appliesTo: (file) => shared || matches(file) }
}

/** The globs of a front matter; null where it names none, and an empty list where what it names cannot be understood. */
async function globsIn(header: string): Promise<string[] | null> {
  // Globs that begin with `*` are no YAML without quotes, and are written so all the same.
  const plain = /^(?:paths|globs|applyTo):[ \t]*([^\s[\]'"].*)$/m.exec(header)?.[1]
  if (plain !== undefined) return splitGlobs(plain)
  const { parse } = await import('yaml')
  const values = readYaml(header, parse)
  if (values === null) return /^(?:paths|globs|applyTo):/m.test(header) ? [] : null
  const globs = values.paths ?? values.globs ?? values.applyTo
  if (globs === undefined || globs === null) return null
  if (Array.isArray(globs)) return globs.map(String)
  return typeof globs === 'string' ? splitGlobs(globs) : []
}

const splitGlobs = (text: string) =>
  text
    .split(/,(?![^{]*\})/)
    .map((glob) => glob.trim())
    .filter((glob) => glob !== '')

function readYaml(text: string, parse: (text: string) => unknown): Record<string, unknown> | null {
  try {
    const value = parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return null
  }
}

/** The rules as one section of a prompt, and those that no longer fitted. */
export function renderRules(rules: readonly Rule[]): { text: string; left: readonly string[] } {
  const fitting: string[] = []
  const left: string[] = []
  let room = ruleTokens
  for (const { text, path } of rules) {
    const cost = estimateTokens(text)
    if (cost > room) left.push(path)
    else {
      fitting.push(text)
      room -= cost
    }
  }
  return { text: fitting.join('\n\n'), left }
}
