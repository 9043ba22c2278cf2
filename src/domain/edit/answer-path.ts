const fence = /^\s{0,8}(?:`{3,}|~{3,})/

/** Whether a line opens or closes a fence. */
const isFence = (line: string) => fence.test(line)

/** How far above a block its file may be named. */
const reach = 3

/** The file that the lines before a block name, in one of the ways models have: bare, as a heading, in bold, after `File:`, or behind the fence. */
export function pathBefore(lines: readonly string[], index: number): string | null {
  for (let above = index - 1, seen = 0; above >= 0 && seen < reach; above--) {
    const line = (lines[above] ?? '').trim()
    if (line === '') continue
    seen++
    const path = isFence(line) ? pathOfFence(line) : pathOfLine(line)
    if (path !== null) return path
    if (!isFence(line)) return null
  }
  return null
}

/** The last word of a fence's first line: ` ```ts src/a.ts `, ` ```src/a.ts ` or ` ```ts path=src/a.ts `. */
function pathOfFence(line: string): string | null {
  const [, rest = ''] = /^[`~]+(.{0,500})$/.exec(line) ?? []
  const word = rest.trim().split(/\s+/).at(-1) ?? ''
  return asPath(word.replace(/^\w{1,20}[=:]/, '').replaceAll(/^["']|["']$/g, ''))
}

function pathOfLine(line: string): string | null {
  if (line.length > 500) return null
  const bare = line
    .replace(/^(?:#{1,6}|[-*]|\d{1,3}[.)]|\/\/|<!--)\s{1,4}/, '')
    .replace(/^[*_]{0,2}(?:file ?name|filepath|file|path)[*_]{0,2}:[*_]{0,2}\s{0,4}/i, '')
    .replace(/\s{0,4}-->$/, '')
  return asPath(bare.replaceAll(/^[*_`"']{1,3}|[*_`"']{1,3}:?$/g, '').replace(/:$/, ''))
}

/** A word that looks like the path of a file; whether it may be touched is for others to say. */
function asPath(word: string): string | null {
  if (!/^[\p{L}\p{N}@._+~()[\]$/\\ -]{1,400}$/u.test(word)) return null
  const isPathLike =
    /[\w)\]]\.[\w-]{1,12}$/.test(word) || (word.includes('/') && !word.endsWith('/')) || /^\.?[\w-]*(?:file|rc|ignore)$/i.test(word)
  return isPathLike && !/ {2}|^ | $/.test(word) && word.split(' ').length <= 3 ? word : null
}
