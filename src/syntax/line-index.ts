/** Tells in which line an offset lies. */
export interface LineIndex {
  /** Line, from 1, of a UTF-16 offset. */
  lineAt(offset: number): number
  /** Offset of the first unit of a line. */
  startOf(line: number): number
}

/** Lines end with `\n`, as they do for git and for everybody who cites one. */
export function indexLines(text: string): LineIndex {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return {
    startOf: (line) => starts[line - 1] ?? text.length,
    lineAt(offset) {
      let [low, high] = [0, starts.length - 1]
      while (low < high) {
        const middle = Math.ceil((low + high) / 2)
        if ((starts[middle] ?? 0) <= offset) low = middle
        else high = middle - 1
      }
      return low + 1
    },
  }
}
