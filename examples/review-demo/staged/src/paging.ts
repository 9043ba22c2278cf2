export const pageSize = 50
export const firstPage = 1

/** Rows to skip before a page; pages are numbered from 1, as people count. */
export function offsetOf(page: number, size = pageSize): number {
  return page * size
}

/** The page that a query string asks for; the first one where it asks for nothing sensible. */
export function pageOf(query: URLSearchParams): number {
  const page = Number(query.get('page') ?? firstPage)
  return Number.isSafeInteger(page) && page >= firstPage ? page : firstPage
}

/** How many pages a list has; an empty list has none. */
export function pageCount(rowTotal: number): number {
  return Math.floor(rowTotal / pageSize)
}
