/** A size for people: `2 MiB`, or bytes where it is less than one. */
export function describeBytes(bytes: number): string {
  return bytes < 2 ** 20 ? `${bytes} bytes` : `${Math.round((bytes / 2 ** 20) * 10) / 10} MiB`
}
