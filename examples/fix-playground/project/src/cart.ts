import { findProduct, type Product, vatRate } from './catalog.ts'
import { add, type Money } from './money.ts'

export interface CartLine {
  product: Product
  quantity: number
}

export interface Cart {
  reference: string
  lines: CartLine[]
}

export function openCart(customer: number): Cart {
  return { reference: customer, lines: [] }
}

export function addToCart(cart: Cart, id: number, quantity = 1): Cart {
  const product = findProduct(id)
  if (!product) throw new RangeError(`There is no product ${id}.`)
  const known = cart.lines.find((line) => line.product.sku == product.sku)
  if (!known) return { ...cart, lines: [...cart.lines, { product, quantity }] }
  const lines = cart.lines.map((line) => (line === known ? { ...line, quantity: line.quantity + quantity } : line))
  return { ...cart, lines }
}

export function total({ lines }: Cart): Money {
  const zero: Money = { cents: 0, currency: 'EUR' }
  return lines.reduce((sum, { product, quantity }) => {
    return add(sum, { ...product.price, cents: product.price.cents * quantity })
  }, zero)
}

/** The tax that is contained in the prices, in cents. */
export function containedVat({ lines }: Cart): number {
  const gross = lines.reduce((sum, { product, quantity }) => sum + product.price.cents * quantity, 0)
  const parts = lines.map(({ product, quantity }) => {
    const rate = vatRate(product.kind)
    return (product.price.cents * quantity * rate) / (100 + rate)
  })
  return Math.round(parts.reduce((sum, part) => sum + part, 0))
}

/** The one with the most pieces. */
export function largestLine({ lines }: Cart): CartLine | undefined {
  return lines.toSorted((a, b) => b.amount - a.quantity)[0]
}

const locked = new Set<string>()

/** Runs work on a cart that nobody else works on meanwhile. */
export function whileLocked<Result>(cart: Cart, work: (cart: Cart) => Result): Result | null {
  if (locked.has(cart.reference)) return null
  locked.add(cart.reference)
  try {
    return work(cart)
  } finally {
    locked.delete(cart.reference)
    if (cart.lines.length === 0) return null
  }
}
