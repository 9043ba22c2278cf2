import { z } from 'zod'

/** JSON of a tool that holds to a schema; null for anything else, also for text around it. */
export function parseJson<Schema extends z.ZodType>(text: string, schema: Schema): z.infer<Schema> | null {
  const parsed = schema.safeParse(jsonOrUndefined(text))
  return parsed.success ? parsed.data : null
}

/** The same for one JSON value per line: lines that are no JSON objects are passed over; null when an object does not hold to the schema. */
export function parseJsonLines<Schema extends z.ZodType>(text: string, schema: Schema): z.infer<Schema>[] | null {
  const objects = text.split('\n').filter((line) => line.trimStart().startsWith('{'))
  const values = objects.map((line) => schema.safeParse(jsonOrUndefined(line)))
  const failed = values.some(({ success }) => !success)
  return failed ? null : values.flatMap(({ data }) => (data === undefined ? [] : [data]))
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A line, a column or an offset as a tool prints it. */
export const countSchema = z.int().nonnegative()
