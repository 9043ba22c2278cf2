import type { ParseError } from 'jsonc-parser'
import { AppError } from '../domain/errors.ts'

/** Deeper than any configuration; a document that refers to itself has no end. */
const deepest = 20

/** The data in the text of a configuration file: JSON by its ending, else YAML. Nothing is executed, and what is not plain data is refused. */
export async function parseConfig(file: string, text: string): Promise<unknown> {
  const data = await (file.endsWith('.json') ? parseJson(file, text) : parseYaml(file, text))
  if (isDeeperThan(data, deepest)) throw invalid(file, 'is nested too deeply, or refers to itself')
  return data ?? {}
}

async function parseJson(file: string, rawText: string): Promise<unknown> {
  const text = rawText.replace(/^\uFEFF/, '')
  try {
    return JSON.parse(text)
  } catch (error) {
    throw invalid(file, `is not valid JSON at ${await placeOfJsonError(text)}`, error)
  }
}

/** The runtime's own message quotes the text around the mistake and often names no line. */
async function placeOfJsonError(text: string): Promise<string> {
  const { parse } = await import('jsonc-parser')
  const errors: ParseError[] = []
  parse(text, errors, { disallowComments: true, allowTrailingComma: false })
  const before = text.slice(0, errors[0]?.offset ?? text.length).split('\n')
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`
}

async function parseYaml(file: string, text: string): Promise<unknown> {
  const { parse } = await import('yaml')
  try {
    // Aliases are bounded, so that a few lines cannot become gigabytes; an unknown tag must not become a warning on stderr.
    return parse(text, { schema: 'core', strict: true, uniqueKeys: true, stringKeys: true, maxAliasCount: 100, logLevel: 'error' })
  } catch (error) {
    throw invalid(file, `is not valid YAML: ${messageOf(error)}`, error)
  }
}

/** Libraries put an excerpt below the first line; the sentence is enough, and an excerpt could hold a secret. */
function messageOf(error: unknown): string {
  const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
  return first.replace(/[.:]$/, '')
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((child) => isDeeperThan(child, levels - 1))
}

function invalid(file: string, problem: string, cause?: unknown): AppError {
  return new AppError('CONFIG_INVALID', `${file} ${problem}.`, {
    cause,
    hint: 'Correct the file; `agent config schema` prints what it may contain.',
  })
}
