export interface Address {
  name: string
  street?: string
  box?: number
  city: string
  zip: string
}

const zipPattern = /^\d{5}$/

/** What is wrong with an address, or null. */
export function problemOf({ name, street, box, city, zip }: Address): string | null {
  if (name.trim() === '') return 'The name is missing.'
  if (street === undefined && box === undefined) return 'There is neither a street nor a box.'
  if (!zipPattern.test(zip)) return `${zip} is no ZIP code.`
  return city.trim() === '' ? 'The city is missing.' : null
}

/** The lines of a label, the city last. */
export function labelOf({ name, street, box, city, zip }: Address): string[] {
  const place = box === undefined ? street : `Box ${box}`
  return [name, ...(place === undefined ? [] : [place]), `${zip} ${city}`]
}
