import type { ParseError } from 'jsonc-parser'

export type DataFormat = 'json' | 'jsonc' | 'yaml' | 'toml'

export interface SyntaxProblem {
  format: string
  /** 1-based. */
  line: number
  /** What the parser says, without its excerpt of the text. */
  reason: string
}

/** Programs that read JSON with comments, by the names of their files. */
const jsonc =
  /\.(?:jsonc|code-workspace|code-snippets|sublime-[\w-]+)$|(?:^|\/)(?:[tj]sconfig(?:[.-][^/]*)?\.json|\.vscode\/[^/]*\.json|\.devcontainer\/.*\.json|\.?devcontainer\.json|\.?eslintrc(?:\.json)?|\.babelrc(?:\.json)?|babel\.config\.json|\.swcrc|\.jshintrc|\.jscsrc|tslint\.json|\.oxlintrc\.json|biome\.json|deno\.json|turbo\.json|nx\.json|project\.json|workspace\.json|angular\.json|renovate\.json|\.renovaterc(?:\.json)?|api-extractor[^/]*\.json|\.markdownlint(?:\.json)?|\.stylelintrc(?:\.json)?|\.hintrc|typedoc\.json|rush\.json|common\/config\/.*\.json|appsettings[^/]*\.json|launchSettings\.json|global\.json|omnisharp\.json|language-configuration\.json|keybindings\.json|settings\.json|\.jsbeautifyrc|cspell\.json|\.cspell\.json|knip\.json|pyrightconfig\.json|wrangler\.json|\.lintstagedrc|firebase\.json|Cargo\.json)$/i
const json =
  /\.(?:json|webmanifest|geojson|topojson|har|ipynb|avsc|code-profile|importmap|jsonld)$|(?:^|\/)(?:composer\.lock|Pipfile\.lock|flake\.lock|\.prettierrc\.json)$/i
const yaml = /\.(?:ya?ml)$|(?:^|\/)(?:\.clang-format|\.clang-tidy|\.yamllint|CITATION\.cff)$/i
const toml = /\.toml$|(?:^|\/)(?:Cargo\.lock|poetry\.lock|uv\.lock|pdm\.lock|Pipfile)$/i

/** What a file is written in by its name; null for everything that we do not parse. */
export function dataFormatOf(path: string): DataFormat | null {
  if (jsonc.test(path)) return 'jsonc'
  if (json.test(path)) return 'json'
  if (yaml.test(path)) return 'yaml'
  return toml.test(path) ? 'toml' : null
}

const parsers: Readonly<Record<DataFormat, (text: string) => Promise<SyntaxProblem | null>>> = {
  json: (text) => parseJson(text, 'json'),
  jsonc: (text) => parseJson(text, 'jsonc'),
  yaml: parseYaml,
  toml: parseToml,
}

/** Parses a text; null when it is right, or nested deeper than the parser can tell. */
export async function parseData(text: string, format: DataFormat): Promise<SyntaxProblem | null> {
  try {
    return await parsers[format](text.replace(/^\ufeff/, ''))
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

async function parseJson(text: string, format: 'json' | 'jsonc'): Promise<SyntaxProblem | null> {
  if (isJson(text)) return null
  const { parse, printParseErrorCode } = await import('jsonc-parser')
  const errors: ParseError[] = []
  parse(text, errors, { disallowComments: format === 'json', allowTrailingComma: format === 'jsonc' })
  const [first] = errors
  // What only the strict parser refuses, e.g. a tab within a string, has no place.
  if (!first) return format === 'jsonc' ? null : problem('JSON', text, { offset: 0, reason: 'It is not valid JSON' })
  return problem('JSON', text, { offset: first.offset, reason: sentence(printParseErrorCode(first.error)) })
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** `CommaExpected` → `Comma expected`. */
function sentence(code: string): string {
  return code.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

/** Every document of the stream; tags are allowed whatever they are called, since programs define their own. */
async function parseYaml(text: string): Promise<SyntaxProblem | null> {
  const { parseAllDocuments } = await import('yaml')
  const documents = parseAllDocuments(text, { logLevel: 'silent', prettyErrors: false, uniqueKeys: false, strict: true, version: '1.2' })
  const error = Array.isArray(documents) ? documents.flatMap(({ errors }) => errors)[0] : undefined
  return error ? problem('YAML', text, { offset: error.pos[0], reason: error.message }) : null
}

async function parseToml(text: string): Promise<SyntaxProblem | null> {
  const { parse, TomlError } = await import('smol-toml')
  try {
    parse(text)
    return null
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    const [firstLine = error.message] = error.message.split('\n')
    return {
      format: 'TOML',
      line: error.line,
      reason: firstLine.replace(/^Invalid TOML document: /, '').replace(/^./, (letter) => letter.toUpperCase()),
    }
  }
}

function problem(format: string, text: string, { offset, reason }: { offset: number; reason: string }): SyntaxProblem {
  return { format, line: text.slice(0, offset).split('\n').length, reason: reason.replace(/[.:\s]+$/, '') }
}
