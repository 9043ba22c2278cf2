export interface Parcel {
  grams: number
  /** Centimetres. */
  length: number
  insured?: boolean
}

/** Cents for a parcel, before any discount. */
export function postageFor({ grams, length, insured }: Parcel): number {
  if (grams <= 0) throw new RangeError(`A parcel of ${grams} g weighs nothing.`)
  const base = grams <= 500 ? 290 : grams <= 2000 ? 490 : 890
  const bulky = length > 60 ? 150 : 0
  return base + bulky + (insured ? 100 : 0)
}

/** What somebody who sends often pays: every tenth parcel is free, and from fifty a year on each costs a tenth less. */
export function discounted(cents: number, sentThisYear: number): number {
  if (sentThisYear > 0 && sentThisYear % 10 === 0) return 0
  return sentThisYear >= 50 ? Math.round(cents * 0.9) : cents
}
