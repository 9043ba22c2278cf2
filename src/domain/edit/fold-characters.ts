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

/** Folds only the classes that the sample has: those whose typographic form the model is known to have put for the plain one. */
export function foldLike(text: string, sample: string): string {
  const known = classes.filter(([pattern]) => sample.search(pattern) >= 0)
  return foldClasses(text, known)
}

function foldClasses(text: string, folded: typeof classes): string {
  return folded.reduce((line, [pattern, plain]) => line.replaceAll(pattern, plain), text)
}
