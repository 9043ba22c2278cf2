import type { Config } from './config.ts'

export interface CarrierState {
  state: 'announced' | 'in-transit' | 'delivered'
  location: string | null
}

/** Asks the carrier where a parcel is. */
export async function carrierState({ carrierUrl, carrierToken }: Config, id: string): Promise<CarrierState> {
  const response = await fetch(new URL(`/shipments/${encodeURIComponent(id)}`, carrierUrl), {
    headers: { authorization: `Bearer ${carrierToken}` },
    signal: AbortSignal.timeout(5_000),
  })
  if (!response.ok) throw new Error(`The carrier answered ${response.status} for ${id}.`)
  return (await response.json()) as CarrierState
}
