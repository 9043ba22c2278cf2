import type { Parcel, Store } from './store.ts'
import { formatWeight } from './weights.ts'

/** The text of one label, or null where there is no such parcel. */
export function labelFor(store: Store, id: string): string | null {
  const parcel = store.find(id)
  if (parcel === undefined) return null
  return textOf(parcel)
}

/** The labels of several parcels, to be printed on one sheet. */
export function labelSheet(store: Store, ids: readonly string[]): string {
  const parcels = ids.map((id) => store.find(id) as Parcel)
  return parcels.map((parcel) => textOf(parcel)).join('\n\n')
}

function textOf({ id, recipient, weightGrams }: Parcel): string {
  return [recipient, formatWeight(weightGrams), id].join('\n')
}
