/** As many places as a refusal names: a second one is enough to refuse. */
export const mostPlaces = 10

/** Every position at which the needle stands in the haystack, overlaps included, in linear time whatever either holds (Knuth, Morris and Pratt). */
export function occurrences(haystack: ArrayLike<string>, needle: ArrayLike<string>, atMost = Infinity): number[] {
  const found: number[] = []
  if (needle.length === 0 || needle.length > haystack.length) return found
  const borders = bordersOf(needle)
  let matched = 0
  for (let index = 0; index < haystack.length; index++) {
    while (matched > 0 && haystack[index] !== needle[matched]) matched = borders[matched - 1] ?? 0
    if (haystack[index] === needle[matched]) matched++
    if (matched < needle.length) continue
    found.push(index - needle.length + 1)
    if (found.length >= atMost) break
    matched = borders[matched - 1] ?? 0
  }
  return found
}

/** For each prefix, the length of its longest proper part that both begins and ends it. */
function bordersOf(needle: ArrayLike<string>): Uint32Array {
  const borders = new Uint32Array(needle.length)
  let length = 0
  for (let index = 1; index < needle.length; index++) {
    while (length > 0 && needle[index] !== needle[length]) length = borders[length - 1] ?? 0
    if (needle[index] === needle[length]) length++
    borders[index] = length
  }
  return borders
}
