/** The 1-based line on which a value of a JSON or YAML text begins, or of the nearest thing around it. JSON is read as the YAML it is. */
export async function lineOf(text: string, path: readonly PropertyKey[]): Promise<number | undefined> {
  const { isNode, LineCounter, parseDocument, isMap } = await import('yaml')
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, logLevel: 'silent' })
  for (let length = path.length; length > 0; length--) {
    const parent = document.getIn(path.slice(0, length - 1), true) ?? document.contents
    const key = isMap(parent) ? parent.items.find(({ key }) => String(key) === String(path[length - 1]))?.key : undefined
    const node = key ?? document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return lineCounter.linePos(node.range[0]).line
  }
  return undefined
}
