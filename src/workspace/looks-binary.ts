/** As far as git looks for a NUL byte before it calls a file text. */
const sampleBytes = 8000

export function looksBinary(bytes: Buffer): boolean {
  return bytes.subarray(0, sampleBytes).includes(0)
}
