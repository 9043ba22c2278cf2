import { pathText } from './path-bytes.ts'
import type { SearchMatch } from './search-question.ts'

/**
 * Reads `path NUL line separator text newline`, as both programs write it, from pieces of any size. The text is left: it may be as long as a file.
 * The separator is NUL (0) for git and a colon (58) for ripgrep.
 */
export function matchReader(separator: number): (chunk: Buffer) => SearchMatch[] {
  let rest: Buffer = Buffer.alloc(0)
  let isInText = false
  return (chunk) => {
    const found: SearchMatch[] = []
    let bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    for (;;) {
      if (isInText) {
        const newline = bytes.indexOf(0x0a)
        bytes = newline === -1 ? Buffer.alloc(0) : bytes.subarray(newline + 1)
        if (newline === -1) break
      }
      const afterPath = bytes.indexOf(0)
      const afterLine = afterPath === -1 ? -1 : bytes.indexOf(separator, afterPath + 1)
      isInText = afterLine !== -1
      if (!isInText) break
      found.push({ path: pathText(bytes.subarray(0, afterPath)), line: Number(bytes.toString('latin1', afterPath + 1, afterLine)) })
      bytes = bytes.subarray(afterLine + 1)
    }
    rest = Buffer.from(bytes)
    return found
  }
}
