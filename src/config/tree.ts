/** A section of keys, as opposed to a value. */
export type Section = Readonly<Record<string, unknown>>

export function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Every value of nested sections with its path. Lists are values; an empty section holds none. */
export function leavesOf(section: Section, path = ''): { path: string; value: unknown }[] {
  return Object.entries(section).flatMap(([key, value]) => {
    const here = path === '' ? key : `${path}.${key}`
    return isSection(value) ? leavesOf(value, here) : [{ path: here, value }]
  })
}

/** Values of the later sections win, key by key; lists are replaced as a whole. Keys must have been checked against a schema. */
export function mergeSections(sections: readonly Section[]): Section {
  const keys = new Set(sections.flatMap((section) => Object.keys(section)))
  return Object.fromEntries(
    [...keys].map((key) => {
      const values = sections.filter((section) => Object.hasOwn(section, key)).map((section) => section[key])
      const last = values.at(-1)
      return [key, isSection(last) ? mergeSections(values.filter(isSection)) : last]
    }),
  )
}

/** The section that holds nothing but one value at a path such as `review.failOn`. */
export function sectionOf(path: string, value: unknown): Section {
  return path
    .split('.')
    .reverse()
    .reduce<unknown>((inner, key) => ({ [key]: inner }), value) as Section
}
