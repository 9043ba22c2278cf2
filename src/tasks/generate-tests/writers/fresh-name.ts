/** A name that nobody has, made by a number at the end. */
export function freshName(name: string, taken: ReadonlySet<string>, numbered: (name: string, number: number) => string): string {
  if (!taken.has(name)) return name
  let number = 2
  while (taken.has(numbered(name, number))) number++
  return numbered(name, number)
}

/** `sum_2`, `sum2` after a digit would be another number. */
export const byUnderscore = (name: string, number: number): string => `${name}_${number}`
