/**
 * What the client library needs of `Headers` to put a request together. Node's own brings all of its `fetch` along, which takes longer
 * to load than everything else before the first request; `scripts/build.ts` puts this one into the bundled library instead.
 */
export class RequestHeaders {
  readonly #values = new Map<string, string>()

  append(name: string, value: string): void {
    const known = this.get(name)
    this.set(name, known === null ? value : `${known}, ${String(value).trim()}`)
  }

  set(name: string, value: string): void {
    this.#values.set(name.toLowerCase(), String(value).trim())
  }

  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase())
  }

  delete(name: string): void {
    this.#values.delete(name.toLowerCase())
  }

  /** By name, as the standard has it. */
  entries(): IterableIterator<[string, string]> {
    return [...this.#values].toSorted(([a], [b]) => (a < b ? -1 : 1)).values()
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries()
  }
}
