import { InvalidArgumentError } from 'commander'
import { closest } from '../domain/closest.ts'
import { durationExamples, parseDuration, parseTimeout, timeoutExamples } from '../domain/quantity.ts'

interface Range {
  from: number
  to?: number
}

/** Reads a whole number in a range; the error says which. */
export function wholeNumber({ from, to }: Range): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : undefined
    if (value !== undefined && value >= from && value <= (to ?? Infinity)) return value
    throw new InvalidArgumentError(`It must be a whole number ${to === undefined ? `of at least ${from}` : `from ${from} to ${to}`}.`)
  }
}

/** Reads a number in a range, such as a confidence. */
export function decimal({ from, to }: Required<Range>): (text: string) => number {
  return (text) => {
    const value = /^\d*\.?\d+$/.test(text) ? Number(text) : undefined
    if (value !== undefined && value >= from && value <= to) return value
    throw new InvalidArgumentError(`It must be a number from ${from} to ${to}.`)
  }
}

/** Checks a time limit; the text stays as it is, because the configuration reads it. */
export function timeLimit(text: string): string {
  if (parseTimeout(text) !== undefined) return text
  throw new InvalidArgumentError(`It must be ${parseDuration(text) === undefined ? durationExamples : timeoutExamples}.`)
}

/** A text that is not empty. */
export function filled(text: string): string {
  if (text !== '') return text
  throw new InvalidArgumentError('It must not be empty.')
}

const effectNames = ['read', 'write', 'execute'] as const

/** Reads `read,write`: what a model may do. Who may write or execute may also read. */
export function effects(text: string): readonly (typeof effectNames)[number][] {
  const named = text.split(',').map((name) => name.trim())
  const wrong = named.find((name) => !(effectNames as readonly string[]).includes(name))
  if (wrong !== undefined) {
    const meant = closest(wrong, effectNames)
    throw new InvalidArgumentError(`It must be a list of ${effectNames.join(', ')}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`)
  }
  return effectNames.filter((name) => name === 'read' || named.includes(name))
}

/** One part of a run that several machines share. */
export interface Shard {
  /** 1-based. */
  index: number
  count: number
}

/** Reads `2/5`. */
export function shard(text: string): Shard {
  const [, index, count] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number)
  if (index !== undefined && count !== undefined && index >= 1 && index <= count) return { index, count }
  throw new InvalidArgumentError('It must be <i>/<n> with i from 1 to n, such as 2/5.')
}

/** A report that is written to a file besides the one that is printed. */
export interface ReportFile {
  format: string
  file: string
}

/** Reads one `--report <format>=<file>` and adds it to those before it. */
export function reportFile(formats: readonly string[]): (text: string, earlier?: readonly ReportFile[]) => readonly ReportFile[] {
  return (text, earlier = []) => {
    const [, format = '', file = ''] = /^([^=]*)=(.+)$/s.exec(text) ?? []
    if (file === '') throw new InvalidArgumentError('It must be <format>=<file>, such as sarif=review.sarif.')
    if (!formats.includes(format)) {
      const meant = closest(format, formats)
      throw new InvalidArgumentError(
        `The format must be one of ${formats.join(', ')}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
      )
    }
    const twice = earlier.find((report) => report.file === file)
    if (twice) throw new InvalidArgumentError(`${file} is already the file of the ${twice.format} report.`)
    return [...earlier, { format, file }]
  }
}
