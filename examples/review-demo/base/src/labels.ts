import type { Store } from './store.ts'
import { formatWeight } from './weights.ts'

/** The text of one label, or null where there is no such parcel. */
export function labelFor(store: Store, id: string): string | null {
  const parcel = store.find(id)
  if (parcel === undefined) return null
  return [parcel.recipient, formatWeight(parcel.weightGrams), parcel.id].join('\n')
}
