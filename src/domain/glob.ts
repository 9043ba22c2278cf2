import picomatch from 'picomatch'

/** Whether a posix path matches one of the globs. Dot files match too, and braces and `**` mean what they mean everywhere. */
export function globMatcher(globs: readonly string[]): (path: string) => boolean {
  if (globs.length === 0) return () => false
  return picomatch([...globs], { dot: true })
}
