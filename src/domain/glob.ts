import picomatch from 'picomatch'

/** Whether a posix path matches one of the globs. Dot files match too, and braces and `**` mean what they mean everywhere. */
export function globMatcher(globs: readonly string[]): (path: string) => boolean {
  if (globs.length === 0) return () => false
  // `s`, because a file name may hold a newline, and a file that no glob matches would never be looked at.
  return picomatch([...globs], { dot: true, flags: 's' })
}

/** The folder that a glob cannot leave: `.agent/rules` for `.agent/rules/*.md`, nothing for one that begins with a wildcard. */
export function fixedFolder(glob: string): string {
  const { base, isGlob } = picomatch.scan(glob)
  return isGlob ? base : base.slice(0, Math.max(0, base.lastIndexOf('/')))
}
