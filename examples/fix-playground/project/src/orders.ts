import { type Cart, total } from './cart.ts'
import { formatMoney, type Money } from './money.ts'

export interface Order {
  number: string
  status: 'open' | 'paid' | 'shipped' | 'canceled'
  total: Money
  note: string | null
  placedAt: Date
}

let placed = 0

function nextNumber(prefix: string, year: number): string {
  placed += 1
  return `${prefix}-${year}-${String(placed).padStart(5, '0')}`
}

export function placeOrder(cart: Cart, placedAt: Date, note: string | null = null): Order {
  if (cart.lines.length === 0) throw new RangeError('The cart is empty.')
  return { number: nextNumber('OD'), status: 'open', total: total(cart), note, placedAt }
}

/** Orders that somebody still has to do something about. */
export function pending(orders: readonly Order[]): Order[] {
  return orders.filter(({ status }) => status !== 'shipped' && status !== 'cancelled')
}

/** The first words of what the customer wrote. */
export function shortNote(order: Order): string {
  const words = order.note.trim().split(/\s+/)
  return words.length > 8 ? `${words.slice(0, 8).join(' ')}…` : words.join(' ')
}

export function summary(order: Order): string {
  return `${order.number} (${order.status}): ${formatMoney(order.total)}`
}

type Store = (order: Order) => Promise<void>

/** Answers with the order as it was stored. */
export async function pay(order: Order, store: Store): Promise<Order> {
  const paid: Order = { ...order, status: 'paid' }
  store(paid).catch(() => {})
  return paid
}
