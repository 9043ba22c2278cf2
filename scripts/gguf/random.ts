/** Pseudo-random numbers that are near enough to a standard normal distribution, the same for the same seed on every machine. */
export function gaussian(seed: string, length: number): Float32Array {
  const next = uniform(seed)
  // Four uniform numbers have a variance of 4/12; their sum is scaled to 1.
  return Float32Array.from({ length }, () => (next() + next() + next() + next() - 2) * Math.sqrt(3))
}

/** Pseudo-random signs, the same for the same seed on every machine. */
export function signs(seed: string, length: number): Float32Array {
  const next = uniform(seed)
  return Float32Array.from({ length }, () => (next() < 0.5 ? -1 : 1))
}

/** The generator sfc32 (Chris Doty-Humphrey), seeded with the FNV-1a hash of a text: numbers from 0 up to 1. */
function uniform(seed: string): () => number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(seed)) hash = Math.imul(hash ^ byte, 0x01000193)
  let [a, b, c, counter] = [hash, 0x9e3779b9 | 0, 0x243f6a88, 1]
  const next = () => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }
  for (let round = 0; round < 16; round++) next()
  return next
}
