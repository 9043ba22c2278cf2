import type { Language } from './language.ts'
import { lexCode } from './lex-code.ts'
import { indexOrEnd, type Span } from './scan.ts'

/** Lexes the scripts of a page or a component; everything around them is text, but for its comments. */
export function lexComponent(text: string, language: Language): readonly Span[] {
  // Astro writes its script between two rules at the head of the file.
  const head = /^\s{0,20}---[ \t]{0,20}\r?\n/.exec(text.slice(0, 100))?.[0]
  const spans: Span[] = []
  const openers = /<!--|<script\b[^>]{0,500}>/gi
  let at = head === undefined ? 0 : lexUpTo('\n---', head.length)
  for (;;) {
    openers.lastIndex = at
    const match = openers.exec(text)
    const isComment = match?.[0] === '<!--'
    const end = match ? match.index + (isComment ? 0 : match[0].length) : text.length
    spans.push({ kind: 'string', start: at, end })
    if (!match) return spans
    at = isComment ? comment(end) : lexUpTo('</script', end)
  }

  function lexUpTo(close: string, start: number): number {
    const end = indexOrEnd(text, close, start)
    if (spans.length === 0) spans.push({ kind: 'string', start: 0, end: start })
    for (const span of shifted(lexCode(text.slice(start, end), language), start)) spans.push(span)
    return end
  }

  function comment(start: number): number {
    const end = Math.min(indexOrEnd(text, '-->', start) + 3, text.length)
    spans.push({ kind: 'comment', start, end })
    return end
  }
}

/** Lexes what stands between `<?php` and `?>`. */
export function lexPhp(text: string, language: Language): readonly Span[] {
  const start = indexOrEnd(text, '<?', 0)
  return [{ kind: 'string', start: 0, end: start }, ...shifted(lexCode(text.slice(start), language), start)]
}

function shifted(spans: readonly Span[], by: number): Span[] {
  return spans.map(({ kind, start, end }) => ({ kind, start: start + by, end: end + by }))
}
