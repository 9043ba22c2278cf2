const millisecondsIn = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const
const bytesIn = { t: 1024 ** 4, g: 1024 ** 3, m: 1024 ** 2, k: 1024, b: 1 } as const

/** Longest first, each unit at most once. A number without a unit is refused: nobody can tell whether it means seconds or milliseconds. */
export const durationPattern =
  /^(?=\d.*\S$)(?:\d+(?:\.\d+)?w ?)?(?:\d+(?:\.\d+)?d ?)?(?:\d+(?:\.\d+)?h ?)?(?:\d+(?:\.\d+)?m ?)?(?:\d+(?:\.\d+)?s ?)?(?:\d+(?:\.\d+)?ms)?$/
export const sizePattern = /^(\d+(?:\.\d+)?) ?([bB]|[kKmMgGtT](?:[iI]?[bB])?)$/

/** Node's timers hold 31 bits of milliseconds; a longer one would fire at once. */
const longestTimeout = 24 * millisecondsIn.d

export const durationExamples = 'a duration such as 250ms, 10s, 5m, 1h30m or 90d'
export const timeoutExamples = 'a duration above zero and of at most 24d, such as 250ms, 10s, 5m or 1h30m'
export const sizeExamples = 'a size such as 512k, 500mb or 2g'

/** Milliseconds in a text such as `5m` or `1h30m`, or undefined where it is none. */
export function parseDuration(text: string): number | undefined {
  if (!durationPattern.test(text)) return undefined
  const parts = [...text.matchAll(/([\d.]+)(ms|[wdhms])/g)]
  return wholeNumber(parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * millisecondsIn[unit as keyof typeof millisecondsIn], 0))
}

/** The same, for what becomes a timer. */
export function parseTimeout(text: string): number | undefined {
  const duration = parseDuration(text)
  return duration !== undefined && duration > 0 && duration <= longestTimeout ? duration : undefined
}

/** Bytes in a text such as `500mb` or `2g`, counted by 1,024 as Docker and the kernel do, or undefined where it is none. */
export function parseSize(text: string): number | undefined {
  const [, amount, unit] = sizePattern.exec(text) ?? []
  if (unit === undefined) return undefined
  return wholeNumber(Number(amount) * bytesIn[unit.charAt(0).toLowerCase() as keyof typeof bytesIn])
}

/** The shortest text that `parseDuration` reads back as the same whole number of milliseconds. */
export function formatDuration(milliseconds: number): string {
  let rest = milliseconds
  const parts = Object.entries(millisecondsIn).map(([unit, size]) => {
    const amount = Math.floor(rest / size)
    rest -= amount * size
    return amount > 0 ? `${amount}${unit}` : ''
  })
  return parts.join('') || '0s'
}

/** A text that `parseSize` reads back as the same whole number of bytes. */
export function formatSize(bytes: number): string {
  const [unit, size] = Object.entries(bytesIn).find(([, size]) => bytes > 0 && bytes % size === 0) ?? ['b', 1]
  return `${bytes / size}${unit === 'b' ? 'b' : `${unit}b`}`
}

function wholeNumber(value: number): number | undefined {
  const rounded = Math.round(value)
  return Number.isSafeInteger(rounded) ? rounded : undefined
}
