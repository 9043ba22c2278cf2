export const pageSize = 50

/** Rows to skip before a page; pages are numbered from 0. */
export function offsetOf(page: number): number {
  return page * pageSize
}

/** The page that a query string asks for; the first one where it asks for nothing sensible. */
export function pageOf(query: URLSearchParams): number {
  const page = Number(query.get('page') ?? 0)
  return Number.isSafeInteger(page) && page >= 0 ? page : 0
}
