import type { Failure } from './failure.ts'

export const answerFormats = ['json_schema', 'json_object', 'text'] as const
export type AnswerFormat = (typeof answerFormats)[number]

/** What a request can do without, in the words of the wire. Without `max_tokens` the limit is sent under its newer name. */
export const optionalFields = ['logprobs', 'chat_template_kwargs', 'stream_options', 'seed', 'temperature', 'max_tokens'] as const
export type OptionalField = (typeof optionalFields)[number]

/** What a server understands, as far as we have learned. */
export interface Dialect {
  readonly format: AnswerFormat
  readonly without: ReadonlySet<OptionalField>
}

export const fullDialect: Dialect = { format: 'json_schema', without: new Set() }

/** The fields of the request at hand that could be what the server minds. */
export interface Asked {
  schema: boolean
  tools: boolean
  fields: readonly OptionalField[]
}

type Refusal = NonNullable<Failure['refusal']>

/** Statuses with which servers refuse fields they do not know. llama-server says 500 where it cannot turn a schema into a grammar. */
const refusing = new Set([400, 415, 422, 500, 501])

type Minded = OptionalField | 'format' | 'tools'

const names: readonly { pattern: RegExp; field: Minded }[] = [
  { pattern: /\btools?\b|\btool[-_ ](?:choice|call|use)|function[-_ ]call/i, field: 'tools' },
  { pattern: /chat_template|enable_thinking/i, field: 'chat_template_kwargs' },
  { pattern: /logprobs/i, field: 'logprobs' },
  { pattern: /stream_options|include_usage/i, field: 'stream_options' },
  { pattern: /\bseed\b/i, field: 'seed' },
  { pattern: /\btemperature\b/i, field: 'temperature' },
  { pattern: /\bmax_tokens\b/i, field: 'max_tokens' },
  { pattern: /response_?format|json_?schema|json_?object|grammar|structured|guided|\bschema\b/i, field: 'format' },
]

/** The dialect without what the refusal names; null where it names nothing that was sent. */
export function dialectWithoutNamed(dialect: Dialect, asked: Asked, refusal: Refusal): Dialect | null {
  if (!refusing.has(refusal.status)) return null
  const named = mindedBy(refusal.text, dialect, asked)
  if (named === null || named === 'tools') return null
  if (named === 'format') return { ...dialect, format: simplerFormat(dialect.format, refusal.text) }
  return { ...dialect, without: new Set([...dialect.without, named]) }
}

/** Whether a server says that it does not take tools: without them the request would mean something else, so there is no simpler dialect. */
export function refusesTools(dialect: Dialect, asked: Asked, { status, text }: Refusal): boolean {
  if (!asked.tools) return false
  // Routers look for a server that takes tools, and say that there is none.
  if (status === 404) return /\bsupports? tool/i.test(text)
  return refusing.has(status) && mindedBy(text, dialect, asked) === 'tools'
}

/** What may be meant by a refusal that names nothing, likeliest first: at most three guesses. */
export function guessDialects(dialect: Dialect, asked: Asked, refusal: Refusal): Dialect[] {
  if (!refusing.has(refusal.status) || refusal.status === 500) return []
  const bare = new Set([...dialect.without, ...asked.fields.filter((field) => field !== 'max_tokens')])
  const fields = bare.size > dialect.without.size ? [{ ...dialect, without: bare }] : []
  const format = asked.schema && dialect.format !== 'text' ? [{ ...dialect, format: 'text' } as const] : []
  return [...fields, ...format, ...(fields.length > 0 && format.length > 0 ? [{ format: 'text', without: bare } as const] : [])]
}

/** What the text names first: some servers repeat the whole request further on. */
function mindedBy(text: string, dialect: Dialect, asked: Asked): Minded | null {
  const sent = (field: Minded) =>
    field === 'tools'
      ? asked.tools
      : field === 'format'
        ? asked.schema && dialect.format !== 'text'
        : asked.fields.includes(field) && !dialect.without.has(field)
  const found = names
    .map(({ pattern, field }) => ({ field, at: text.search(pattern) }))
    .filter(({ field, at }) => at >= 0 && sent(field))
    .toSorted((one, other) => one.at - other.at)
  return found[0]?.field ?? null
}

/** A server that minds the schema may still know `json_object`; one that minds the field, or that type, gets neither. */
function simplerFormat(format: AnswerFormat, text: string): AnswerFormat {
  return format === 'json_schema' && /schema|grammar|structured|guided/i.test(text) ? 'json_object' : 'text'
}
