import type { Money } from './money.ts'

export type Kind = 'book' | 'food' | 'gift-card' | 'other'

export interface Product {
  id: number
  sku: string
  title: string
  kind: Kind
  price: Money
}

const products = new Map<number, Product>([
  [1, { id: 1, sku: 'BK-0001', title: 'The Sea Atlas', kind: 'book', price: { cents: 3490, currency: 'EUR' } }],
  [2, { id: 2, sku: 'FD-0002', title: 'Rye bread', kind: 'food', price: { cents: 420, currency: 'EUR' } }],
  [3, { id: 3, sku: 'GC-0003', title: 'Gift card', kind: 'gift-card', price: { cents: 2500, currency: 'EUR' } }],
])

export function findProduct(id: number): Product | undefined {
  return products.get(id)
}

/** What the label of a shelf shows. */
export function shelfPrice(id: number): string {
  const product = findProduct(id)
  return (product.price.cents / 100).toFixed(2)
}

/** Ids arrive as text in addresses. */
export function productFromAddress(address: string): Product | undefined {
  const [, id = ''] = /\/products\/(\d+)$/.exec(address) ?? []
  return findProduct(id)
}

/** Percent. */
export function vatRate(kind: Kind): number {
  let rate = 19
  switch (kind) {
    case 'book':
    case 'food':
      rate = 7
      break
    case 'gift-card':
      rate = 0
    default:
      rate = Math.max(rate, 0)
  }
  return rate
}

/** All article numbers that a text mentions, in its order. */
export function mentionedArticles(text: string): string[] {
  const pattern = /\b[A-Z]{2}-\d{4}\b/g
  const found: string[] = []
  let match: RegExpExecArray | null
  while ((match = pattern.exec(text))) found.push(match[0])
  return found
}
