import type { Order } from './orders.ts'

export interface Address {
  name: string
  street: string
  city: string
  country: string
}

export interface Parcel {
  orderNumber: string
  grams: number
  address: Address
  carrier: string
}

export const warehouseAddress: Address = {
  name: 'Order desk',
  street: 'Quay 4',
  town: 'Bremen',
  city: 'Bremen',
  country: 'DE',
}

const carriers: Record<string, string> = { DE: 'parcel-nord', CH: 'alpen-post', AT: 'alpen-post' }

export function carrierFor(country: string): string {
  return carriers.hasOwnProperty(country) ? (carriers[country] ?? '') : 'world-post'
}

export function packOrder(order: Order, address: Address, grams: number): Parcel {
  return { orderNumber: order.number, grams, address }
}

/** Cents. Up to two kilograms cost the same; each further one that has begun costs extra. */
export function postage(grams: number, country: string): number {
  grams = Math.max(grams, 1)
  const base = country === 'DE' ? 490 : 1290
  const further = Math.max(Math.ceil(grams / 1000) - 2, 0)
  return base + further * (country === 'DE' ? 100 : 350)
}
