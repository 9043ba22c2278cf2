const otherCharacters = String.raw`\u0080-\uD7FF\uE000-\uFFFF\U00010000-\U0010FFFF`
/** Tab, line breaks, and what is printed. */
const plainCharacters = [9, 10, 13, ...Array.from({ length: 95 }, (_, index) => 32 + index)].map((code) => String.fromCharCode(code))

/**
 * The rules of a grammar (GBNF) for any text up to a terminator of plain ASCII, and that terminator. The first one is where it begins; each stands for so many
 * characters of the terminator that were just said, and refers to another one only at its end, so that llama.cpp needs no stack for long texts.
 */
export function untilRules(name: string, terminator: string): [name: string, expression: string][] {
  const characters = [...new Set(terminator)]
  const state = (index: number) => (index === 0 ? name : `${name}-${index}`)
  const rest = `[${plainCharacters
    .filter((character) => !characters.includes(character))
    .map(escaped)
    .join('')}${otherCharacters}]`
  return Array.from(terminator, (_, index) => {
    const moves = characters.map((character) => {
      const next = overlap(terminator.slice(0, index) + character, terminator)
      return next === terminator.length ? `[${escaped(character)}]` : `[${escaped(character)}] ${state(next)}`
    })
    return [state(index), [`${rest} ${state(0)}`, ...moves].join(' | ')]
  })
}

/** How much of the terminator a text ends with. */
function overlap(text: string, terminator: string): number {
  let length = Math.min(text.length, terminator.length)
  while (!text.endsWith(terminator.slice(0, length))) length--
  return length
}

const escaped = (character: string): string => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`
