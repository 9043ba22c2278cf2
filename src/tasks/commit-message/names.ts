/** Products that look like names of code. */
const products =
  /^(?:macOS|iOS|iPadOS|tvOS|watchOS|gRPC|eBPF|jQuery|mTLS|(?:node|next|vue|nuxt|express|three|d3|react|ember|chart|p5)\.js)$/i
const extension =
  /^[\w./-]*\w\.(?:[cm]?[jt]sx?|py|rb|rs|go|java|kts?|cs|cpp|cc|hpp|c|h|php|swift|sh|ya?ml|json|toml|md|html|css|scss|sql|lock|vue|svelte)$/i
const identifier = /^(?:[a-z]+[A-Z]\w*|\w+_\w+|[\w.]+\(\)|--[a-z][\w-]+)$/

/** Names of files and code that a text tells of and the change does not have. */
export function inventedNames(text: string, vocabulary: string): string[] {
  const quoted = [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
  const words = text
    .split(/[\s,;:"'`]+/)
    .map((word) => word.replace(/^[([]+/, '').replace(/[.!?\])]+$/, (end) => (end.startsWith('()') ? '()' : '')))
  const calls = text.match(/[\w.]+\(\)/g) ?? []
  const named = [...quoted, ...calls, ...words.filter((word) => !products.test(word) && (extension.test(word) || identifier.test(word)))]
  return [...new Set(named)].filter((name) => !isKnown(name, vocabulary))
}

function isKnown(name: string, vocabulary: string): boolean {
  const bare = name.replace(/\(.*\)$/, '').trim()
  if (bare === '' || vocabulary.includes(bare)) return true
  // Of `queue.push()` the change may have no more than `push`.
  return !extension.test(bare) && vocabulary.includes(bare.split('.').at(-1) ?? bare)
}
