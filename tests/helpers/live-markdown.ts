/** The parts of a Markdown text that GitHub would read as more than text and code: everything outside code that is not a plain word. */
export function liveMarkdown(text: string): string[] {
  const prose = withoutSpans(withoutFences(text))
  return [
    ...(prose.match(/[<>[\]\\|*_~&$@#^`=+{}]/g) ?? []),
    ...(prose.match(/www\.|:\/\/|\bgh-\d/gi) ?? []),
    ...(prose.match(/:\w+:/g) ?? []),
    ...(prose.match(/^\s*(?:\/\w|={1,}\s*$|-{1,}\s*$|(?: {4}|\t)\S)/gm) ?? []),
  ]
}

function withoutFences(text: string): string {
  const prose: string[] = []
  let open: string | null = null
  for (const line of text.split('\n')) {
    const [, ticks = '', info = ''] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? []
    if (open === null && ticks !== '' && !(ticks.startsWith('`') && info.includes('`'))) open = ticks
    else if (open !== null && ticks.startsWith(open) && info.trim() === '') open = null
    else if (open === null) prose.push(line)
  }
  return prose.join('\n')
}

/** Code spans as CommonMark finds them: from a run of backticks to the next run that is exactly as long, within a paragraph. */
function withoutSpans(text: string): string {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => {
      let prose = ''
      let index = 0
      while (index < paragraph.length) {
        const run = /^`+/.exec(paragraph.slice(index))?.[0]
        if (run === undefined) {
          prose += paragraph[index]
          index++
          continue
        }
        const close = closingRun(paragraph, index + run.length, run.length)
        prose += close === -1 ? run : '\u2026'
        index = close === -1 ? index + run.length : close
      }
      return prose
    })
    .join('\n\n')
}

function closingRun(text: string, from: number, length: number): number {
  for (const match of text.slice(from).matchAll(/`+/g)) {
    if (match[0].length === length) return from + match.index + length
  }
  return -1
}
