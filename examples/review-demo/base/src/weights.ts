/** A weight as it is printed: whole grams below a kilogram, kilograms with one decimal above. */
export function formatWeight(grams: number): string {
  return grams < 1000 ? `${grams} g` : `${(grams / 1000).toFixed(1)} kg`
}
