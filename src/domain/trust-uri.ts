/**
 * A repository path as a relative URI reference. Whatever the path says, it stays below the base: no scheme, no host, no root, no dot
 * segments.
 */
export function relativeUri(path: string): string {
  const segments = path
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
    .map((segment) => (segment === '..' ? '\u2025' : segment.toWellFormed()))
  return segments.length === 0 ? '_' : segments.map((segment) => encodeURIComponent(segment)).join('/')
}
