/** What a program has written so far. */
export interface CapturedOutput {
  stdout(chunk: Buffer): void
  stderr(chunk: Buffer): void
  texts(): { stdout: string; stderr: string }
}

/** Keeps what a program writes, up to a number of bytes over both streams, and tells once when there is more. */
export function captureOutput(maxBytes: number, onFull: () => void): CapturedOutput {
  const streams = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
  let left = maxBytes
  let isFull = false
  const take = (chunks: Buffer[], chunk: Buffer) => {
    if (isFull) return
    const kept = chunk.subarray(0, left)
    chunks.push(kept)
    left -= kept.length
    if (kept.length === chunk.length) return
    isFull = true
    onFull()
  }
  return {
    stdout: (chunk) => take(streams.stdout, chunk),
    stderr: (chunk) => take(streams.stderr, chunk),
    texts: () => ({ stdout: textOf(streams.stdout, isFull), stderr: textOf(streams.stderr, isFull) }),
  }
}

/** A character that the limit has cut in two is left out; bytes that are no UTF-8 become U+FFFD. */
function textOf(chunks: readonly Buffer[], isCut: boolean): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(chunks), { stream: isCut })
}
