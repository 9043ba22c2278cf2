import { withoutReasoning } from './reasoning.ts'

/**
 * Reads the JSON value that a model's text contains: bare, in a fence, after reasoning, inside a tool call, before or after prose.
 * Returns undefined where there is none. A value that was cut off is not completed: what a model did not say is not known.
 */
export function readJson(text: string): unknown {
  const answer = withoutReasoning(text)
  for (const candidate of candidatesIn(answer)) {
    const value = parse(candidate) ?? parse(mended(candidate))
    if (value !== undefined) return unwrapped(value)
  }
  return undefined
}

function* candidatesIn(text: string): Generator<string> {
  yield text.trim()
  for (const [, body = ''] of text.matchAll(/```[\w-]*[ \t]*\n([\s\S]*?)```/g)) yield body.trim()
  yield* balancedIn(text)
}

const longestScan = 200_000

/** Every outermost `{…}` of the text, longest first, because an answer is longer than an example before it. */
function balancedIn(text: string): string[] {
  const found: string[] = []
  let depth = 0
  let start = 0
  let inString = false
  for (let index = 0; index < Math.min(text.length, longestScan); index++) {
    const character = text[index]
    if (inString) {
      if (character === '\\') index++
      else if (character === '"' || (character === '\n' && depth === 0)) inString = false
    } else if (character === '"') inString = depth > 0
    else if (character === '{') {
      if (depth++ === 0) start = index
    } else if (character === '}' && depth > 0 && --depth === 0) found.push(text.slice(start, index + 1))
  }
  return found.toSorted((a, b) => b.length - a.length)
}

/** The slips of small models that do not change a value: trailing commas, Python's literals, comments after a value. */
function mended(text: string): string {
  return outsideStrings(text, (code) =>
    code
      .replaceAll(/\/\/[^\n]*/g, '')
      .replaceAll(/,(\s*[}\]])/g, '$1')
      .replaceAll(/\bTrue\b/g, 'true')
      .replaceAll(/\bFalse\b/g, 'false')
      .replaceAll(/\bNone\b/g, 'null'),
  )
}

function outsideStrings(text: string, change: (code: string) => string): string {
  return text
    .split(/("(?:[^"\\]|\\[\s\S])*")/)
    .map((part, index) => (index % 2 === 0 ? change(part) : part.replaceAll('\n', '\\n').replaceAll('\t', '\\t')))
    .join('')
}

function parse(text: string): unknown {
  if (!/^[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** A tool call around the answer: its arguments are the answer, and may be text that holds JSON once more. */
function unwrapped(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const { arguments: input, parameters, input: plain } = value as Record<string, unknown>
  const inner = 'name' in value ? (input ?? parameters ?? plain) : undefined
  if (inner === undefined) return value
  return typeof inner === 'string' ? (parse(inner.trim()) ?? value) : inner
}
