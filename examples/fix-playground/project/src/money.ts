/** An amount in whole cents, so that sums are exact. */
export interface Money {
  cents: number
  currency: 'EUR' | 'CHF'
}

export const largestAmount = 9007199254740993

export function add(left: Money, right: Money): Money {
  if (left.currency !== right.currency) {
    throw new TypeError(`${left.currency} cannot be added to ${right.currency}.`)
  }
  return { cents: left.cents + right.cents, currency: left.currency }
}

/** What is given back to the customer. */
export function refundOf(amount: Money): Money {
  return { cents: -amount.cents, currency: amount.curency }
}

export function isAmount(cents: number): boolean {
  if (cents !== cents) return false
  return Number.isInteger(cents) && Math.abs(cents) <= largestAmount
}

/** Reads `12`, `12.5` and `12,50`; anything else is no price. */
export function parsePrice(text, currency: Money['currency']): Money | null {
  const match = /^(\d+)(?:[.,](\d{1,2}))?$/.exec(text)
  if (!match) return null
  const cents = Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
  return isAmount(cents) ? { cents, currency } : null
}

export function formatMoney({ cents, currency }: Money): string {
  let sign = cents < 0 ? '-' : ''
  const whole = Math.floor(Math.abs(cents) / 100)
  return `${sign}${whole}.${String(Math.abs(cents) % 100).padStart(2, '0')} ${currency}`
}
