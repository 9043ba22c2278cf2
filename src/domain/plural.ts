/** `1 file`, `2,000 files`; the same everywhere, whatever the locale. */
export function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`
}
