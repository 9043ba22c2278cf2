export interface SecretSpan {
  start: number
  end: number
  kind: string
}

export interface Hidden {
  texts: string[]
  /** The placeholders in an answer to these texts, and what they stand for. */
  find(this: void, answer: string): { start: number; end: number; secret: string }[]
}

export interface Placeholders {
  /** How many secrets have been replaced so far. */
  readonly count: number
  /** Replaces what lies in the spans, and every other occurrence of a secret that is known by now. */
  hide(texts: readonly { text: string; spans: readonly SecretSpan[] }[]): Hidden
}

/** What a placeholder may look like. It begins with capitals and ends with `_`, so that no text around it can make it longer or another. */
const pattern = /SECRET_[a-z\d]+_\d+_/g
/** A shorter text may well occur for other reasons than being the secret. */
const shortestSecret = 8

/** The beginning of a placeholder at the end of a text that is not complete yet. */
export const openPlaceholder = /S(?:E(?:C(?:R(?:E(?:T(?:_(?:[a-z\d]+(?:_\d*)?)?)?)?)?)?)?)?$/

/** Gives each secret a name of its own that stays the same, and that none of the texts contains by itself. */
export function createPlaceholders(): Placeholders {
  const nameOf = new Map<string, { name: string; kind: string }>()
  const secretOf = new Map<string, string>()
  const taken = new Set<string>()
  let last = 0

  const assign = (secret: string, kind: string): string => {
    let name: string
    do name = `SECRET_${kind}_${++last}_`
    while (taken.has(name))
    nameOf.set(secret, { name, kind })
    secretOf.set(name, secret)
    return name
  }

  /** A name that turns up as text of its own can no longer stand for something else. */
  const giveWay = (text: string) => {
    for (const [literal] of text.matchAll(pattern)) {
      taken.add(literal)
      const secret = secretOf.get(literal)
      secretOf.delete(literal)
      if (secret !== undefined) assign(secret, nameOf.get(secret)?.kind ?? 'text')
    }
  }

  return {
    get count() {
      return nameOf.size
    },
    hide(given) {
      for (const { text } of given) giveWay(text)
      const known = [...nameOf].map(([secret, { kind }]) => ({ secret, kind }))
      for (const { text, spans } of given)
        for (const { start, end, kind } of lineSpans(spans, text)) known.push({ secret: text.slice(start, end), kind })
      const repeated = known.filter(({ secret }) => secret.length >= shortestSecret)
      const texts = given.map(({ text, spans }) => {
        const all = lineSpans([...spans, ...repeated.flatMap((secret) => occurrences(text, secret))], text)
        return replaceSpans(text, all, ({ start, end, kind }) => {
          const secret = text.slice(start, end)
          return nameOf.get(secret)?.name ?? assign(secret, kindName(kind))
        })
      })
      // As it is now: a later text may take a name away while this request is still being answered.
      const secrets = new Map(secretOf)
      return { texts, find: (answer) => findNames(answer, secrets) }
    },
  }
}

function findNames(text: string, secrets: ReadonlyMap<string, string>) {
  return [...text.matchAll(pattern)].flatMap((match) => {
    const secret = secrets.get(match[0])
    return secret === undefined ? [] : [{ start: match.index, end: match.index + match[0].length, secret }]
  })
}

/** Puts something else in the place of each span; they are in order and do not overlap. */
export function replaceSpans<T extends { start: number; end: number }>(
  text: string,
  spans: readonly T[],
  replacement: (span: T) => string,
): string {
  let [result, end] = ['', 0]
  for (const span of spans) {
    result += text.slice(end, span.start) + replacement(span)
    end = span.end
  }
  return result + text.slice(end)
}

/** The spans made fit for replacing one by one. A secret of several lines becomes one of each line: the lines of a prompt are counted. */
function lineSpans(spans: readonly SecretSpan[], text: string): SecretSpan[] {
  return merged(spans, text).flatMap(({ start, end, kind }) =>
    [...text.slice(start, end).matchAll(/\S(?:[^\r\n]*\S)?/g)].map((line) => ({
      start: start + line.index,
      end: start + line.index + line[0].length,
      kind,
    })),
  )
}

/** In order, within the text, and those that overlap made into one. */
function merged(spans: readonly SecretSpan[], text: string): SecretSpan[] {
  const result: SecretSpan[] = []
  for (const span of spans.toSorted((one, other) => one.start - other.start || other.end - one.end)) {
    const [start, end, last] = [Math.max(0, span.start), Math.min(text.length, span.end), result.at(-1)]
    if (start >= end) continue
    if (last !== undefined && start < last.end) last.end = Math.max(last.end, end)
    else result.push({ start, end, kind: span.kind })
  }
  return result
}

function occurrences(text: string, { secret, kind }: { secret: string; kind: string }): SecretSpan[] {
  const found: SecretSpan[] = []
  for (let start = text.indexOf(secret); start >= 0; start = text.indexOf(secret, start + secret.length)) {
    found.push({ start, end: start + secret.length, kind })
  }
  return found
}

const kindName = (kind: string) => kind.toLowerCase().replace(/[^a-z\d]+/g, '') || 'text'
