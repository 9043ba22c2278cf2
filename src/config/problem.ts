import type { z } from 'zod'
import { closest } from '../domain/closest.ts'
import { AppError } from '../domain/errors.ts'
import { hideSecrets } from './secret.ts'
import { allowedBy, nodeAt, type SchemaNode, wordsOf } from './setting.ts'

type Path = readonly PropertyKey[]

/** Where the values that are checked came from. */
export interface Source {
  /** Begins the sentence: a file name, `AGENT_MODEL`, `--fail-on`. */
  nameOf(path: string): string
  /** 1-based line of a value, where the source is a text. */
  lineOf?(path: Path): Promise<number | undefined>
}

interface Problem {
  path: Path
  message: string
}

interface Checked {
  data: unknown
  schema: SchemaNode
  source: Source
}

/** The one error for everything that is wrong in one source: a line for each, with the place, the value, what is allowed and what was probably meant. */
export async function configError(issues: readonly z.core.$ZodIssue[], { data, schema, source }: Checked): Promise<AppError> {
  const problems = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => unknownKey(issue.path, key, schema))
      : [badValue(issue.path, data, schema)],
  )
  const lines = problems.map(async ({ path, message }) => {
    const line = await source.lineOf?.(path)
    return `${source.nameOf(dotted(path))}${line === undefined ? '' : `:${line}`}: ${message}`
  })
  const firstNamed = dotted(untilList(issues[0]?.path ?? []))
  return new AppError('CONFIG_INVALID', (await Promise.all(lines)).join('\n'), {
    hint: `\`agent config ${firstNamed === '' ? 'schema' : `explain ${firstNamed}`}\` tells what may stand there.`,
  })
}

function untilList(path: Path): Path {
  const position = path.findIndex((key) => typeof key === 'number')
  return position === -1 ? path : path.slice(0, position)
}

/** `paths[0].review.failOn` for its parts; a key that is no plain word is quoted. */
function dotted(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    if (!/^[\w$-]+$/.test(String(key))) return `${text}[${JSON.stringify(String(key))}]`
    return text === '' ? String(key) : `${text}.${String(key)}`
  }, '')
}

function unknownKey(parent: Path, key: string, schema: SchemaNode): Problem {
  const known = Object.keys(nodeAt(schema, parent)?.properties ?? {}).filter((name) => name !== '$schema')
  const meant = closest(key, known)
  const advice = meant === undefined ? `Known here: ${known.join(', ')}.` : `Did you mean ${dotted([...parent, meant])}?`
  return { path: [...parent, key], message: `${dotted([...parent, key])} is not a known key. ${advice}` }
}

function badValue(path: Path, data: unknown, schema: SchemaNode): Problem {
  const node = nodeAt(schema, path) ?? {}
  const [name, value] = [dotted(path), valueAt(data, path)]
  const meant = typeof value === 'string' ? closest(value, wordsOf(node)) : undefined
  const found = value === undefined ? 'is missing; it' : `is ${hideSecrets(name, shown(value))}, but`
  return {
    path,
    message: `${name || 'The configuration'} ${found} must be ${allowedBy(node)}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
  }
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined), data)
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}
