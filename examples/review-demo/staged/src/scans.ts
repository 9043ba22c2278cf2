import type { Store } from './store.ts'

export type Notify = (email: string, text: string) => Promise<void>

const finalStates = new Set(['collected', 'returned'])

/** Records what the scanner saw and tells the recipient; false where there is no such parcel. */
export async function receiveScan(store: Store, notify: Notify, { id, status }: { id: string; status: string }): Promise<boolean> {
  const parcel = store.find(id)
  if (parcel === undefined || finalStates.has(parcel.status)) return false
  if (parcel.email !== null) notify(parcel.email, `Your parcel ${id} is now ${status}.`)
  return store.setStatus(id, status)
}
