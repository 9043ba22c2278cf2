/** Milliseconds to wait by a `Retry-After` header: seconds or an HTTP date; null where there is none or it means nothing. */
export function parseRetryAfter(value: string | null, now: number): number | null {
  const text = value?.trim() ?? ''
  if (/^\d{1,9}(?:\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1000)
  // Every date of HTTP ends in GMT; `Date.parse` alone would also read a year in "-5".
  const date = text.endsWith('GMT') ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? null : Math.max(0, date - now)
}
