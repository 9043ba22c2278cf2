/** Typographic characters that models write for plain ones, each class with its plain form. All are one UTF-16 unit, so positions stay. */
const classes: readonly (readonly [pattern: RegExp, plain: string])[] = [
  [/[\u2018\u2019\u201a\u201b\u2032\u2035]/g, "'"],
  [/[\u201c\u201d\u201e\u201f\u2033\u2036]/g, '"'],
  [/[\u2010-\u2015\u2212]/g, '-'],
  [/[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g, ' '],
]

/** Quotes, dashes and spaces in their plain form, at the same positions. */
export function foldCharacters(text: string): string {
  return foldClasses(text, classes)
}

/** Folds only what the sample has, quotes of both kinds together: what a model is known to have put for plain characters. */
export function foldLike(text: string, sample: string): string {
  const known = classes.filter(([pattern]) => sample.search(pattern) >= 0)
  const hasQuotes = known.some(([, plain]) => isQuote(plain))
  return foldClasses(
    text,
    classes.filter((one) => known.includes(one) || (hasQuotes && isQuote(one[1]))),
  )
}

const isQuote = (plain: string) => plain === "'" || plain === '"'

function foldClasses(text: string, folded: typeof classes): string {
  return folded.reduce((line, [pattern, plain]) => line.replaceAll(pattern, plain), text)
}
