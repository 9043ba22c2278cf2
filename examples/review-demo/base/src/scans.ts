import type { Store } from './store.ts'

export type Notify = (email: string, text: string) => Promise<void>

/** Records what the scanner saw and tells the recipient; false where there is no such parcel. */
export async function receiveScan(store: Store, notify: Notify, { id, status }: { id: string; status: string }): Promise<boolean> {
  const parcel = store.find(id)
  if (parcel === undefined) return false
  if (parcel.email !== null) await notify(parcel.email, `Your parcel ${id} is now ${status}.`)
  return store.setStatus(id, status)
}
