import { z } from 'zod'
import {
  durationExamples,
  durationPattern,
  parseDuration,
  parseSize,
  parseTimeout,
  sizeExamples,
  sizePattern,
  timeoutExamples,
} from './quantity.ts'

/** Text on the outside, a number on the inside; the title is what an error message says is allowed. */
function quantity(parse: (text: string) => number | undefined, { pattern, title }: { pattern: RegExp; title: string }) {
  return z
    .string()
    .regex(pattern)
    .meta({ title })
    .transform((text, context) => {
      const value = parse(text)
      if (value !== undefined) return value
      context.addIssue({ code: 'custom', message: `must be ${title}`, input: text })
      return z.NEVER
    })
}

export const durationSchema = quantity(parseDuration, { pattern: durationPattern, title: durationExamples })
export const timeoutSchema = quantity(parseTimeout, { pattern: durationPattern, title: timeoutExamples })
export const sizeSchema = quantity(parseSize, { pattern: sizePattern, title: sizeExamples })
