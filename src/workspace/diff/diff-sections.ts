const boundary = Buffer.from('\ndiff --git ')
const newline = 0x0a

/** The patch of one file, as git printed it. */
export interface DiffSection {
  /** Its first line, one character per byte. */
  header: string
  /** All of it; null when it is larger than the limit. */
  bytes: Buffer | null
  /** Git saw no lines to compare: a NUL byte, or an attribute that says so. */
  isBinary: boolean
  addedLines: number
  removedLines: number
}

/**
 * Cuts a patch into its files while it streams in, keeping at most the limit of each. A line that begins with
 * `diff --git ` is always a header: lines of a file have a sign in front.
 */
export async function* splitSections(patch: AsyncIterable<Buffer>, maxBytes: () => number): AsyncGenerator<DiffSection> {
  let section = collectSection(maxBytes())
  let held: Buffer = Buffer.alloc(0)
  for await (const chunk of patch) {
    let bytes: Buffer = held.length > 0 ? Buffer.concat([held, chunk]) : chunk
    for (let at = bytes.indexOf(boundary); at !== -1; at = bytes.indexOf(boundary)) {
      section.add(bytes.subarray(0, at + 1))
      yield section.finish()
      section = collectSection(maxBytes())
      bytes = bytes.subarray(at + 1)
    }
    // The beginning of a boundary may stand at the end of a chunk.
    const kept = Math.min(bytes.length, boundary.length - 1)
    section.add(bytes.subarray(0, bytes.length - kept))
    held = bytes.subarray(bytes.length - kept)
  }
  section.add(held)
  yield section.finish()
}

function collectSection(maxBytes: number) {
  let chunks: Buffer[] = []
  let size = 0
  let header: string | null = null
  const counter = lineCounter()
  return {
    add(bytes: Buffer) {
      size += bytes.length
      if (header !== null) return counter.add(bytes)
      chunks.push(bytes)
      // Longer than any header can be, so that what is cut off is lines of the file.
      if (size <= Math.max(maxBytes, 2 ** 17)) return
      const start = Buffer.concat(chunks)
      header = firstLine(start)
      counter.add(hunksOf(start))
      chunks = []
    },
    finish(): DiffSection {
      if (header !== null) return { header, bytes: null, isBinary: false, ...counter.counts() }
      const bytes = withoutUnmerged(Buffer.concat(chunks))
      counter.add(hunksOf(bytes))
      const isBinary = bytes.includes('\nBinary files ')
      return { header: firstLine(bytes), bytes: size <= maxBytes ? bytes : null, isBinary, ...counter.counts() }
    },
  }
}

const firstLine = (bytes: Buffer) => bytes.toString('latin1', 0, Math.max(0, bytes.indexOf(newline)))

/** What git says of an unmerged path, unquoted, stands between two files. */
function withoutUnmerged(bytes: Buffer): Buffer {
  const start = bytes.indexOf('\n* Unmerged path ')
  return start === -1 ? bytes : bytes.subarray(0, start + 1)
}

/** From the first hunk on, every line that begins with a sign is a changed line. */
function hunksOf(bytes: Buffer): Buffer {
  const start = bytes.indexOf('\n@@ ')
  return start === -1 ? Buffer.alloc(0) : bytes.subarray(start + 1)
}

/** Counts lines by their sign over chunks that end anywhere. */
function lineCounter() {
  let [addedLines, removedLines, atLineStart] = [0, 0, true]
  return {
    add(bytes: Buffer) {
      for (let at = 0; at < bytes.length; ) {
        if (atLineStart && bytes[at] === 0x2b) addedLines += 1
        if (atLineStart && bytes[at] === 0x2d) removedLines += 1
        const end = bytes.indexOf(newline, at)
        atLineStart = end !== -1
        at = atLineStart ? end + 1 : bytes.length
      }
    },
    counts: () => ({ addedLines, removedLines }),
  }
}
