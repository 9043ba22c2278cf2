/** What is used of the WebAssembly that Node has: its types come with those of browsers only. */
interface WebAssemblyGlobal {
  Memory: new (pages: { initial: number; maximum: number }) => WebAssemblyMemory
  RuntimeError: new () => Error
}

export interface WebAssemblyMemory {
  readonly buffer: ArrayBuffer
}

declare const WebAssembly: WebAssemblyGlobal

/** Memory of a WebAssembly program, in pages of 64 KiB. */
export function createMemory(pages: { initial: number; maximum: number }): WebAssemblyMemory {
  return new WebAssembly.Memory(pages)
}

/** Whether a WebAssembly program came to an end it was not made for, such as one out of memory. */
export function isProgramCrash(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError
}
