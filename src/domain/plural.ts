/** `1 file`, `2,000 files`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** A whole number with its thousands apart. By hand: the first use of `Intl` costs a start twenty milliseconds. */
export function formatCount(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+(?!\d))/g, ',')
}
