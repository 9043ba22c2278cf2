const verbs = ['parse', 'merge', 'collect', 'split', 'resolve', 'render', 'compare', 'normalize', 'schedule', 'validate', 'encode', 'trim']
const nouns = ['order', 'invoice', 'session', 'header', 'segment', 'account', 'message', 'window', 'record', 'region', 'token', 'layer']
const fields = ['amount', 'start', 'owner', 'status', 'weight', 'title', 'offset', 'length', 'created', 'limit', 'parent']

/** One small function of ordinary code, another one for every number. */
export function sampleFunction(index: number): string {
  const pick = (words: readonly string[], by: number) => words[Math.floor(index / by) % words.length] ?? ''
  const [verb, noun, field, other] = [pick(verbs, 1), pick(nouns, 12), pick(fields, 1), pick(fields, 3)]
  const type = `${noun.charAt(0).toUpperCase()}${noun.slice(1)}`
  const bodies = [
    `  const kept = ${noun}s.filter(({ ${field} }) => ${field} !== null && ${field} > limit)
  if (kept.length === 0) throw new Error(\`No ${noun} is above \${limit}.\`)
  return kept.toSorted((a, b) => a.${other} - b.${other}).slice(0, ${(index % 90) + 10})`,
    `  const by${type} = new Map<string, ${type}[]>()
  for (const ${noun} of ${noun}s) {
    const key = \`\${${noun}.${field}}:\${${noun}.${other} ?? 'none'}\`
    by${type}.set(key, [...(by${type}.get(key) ?? []), ${noun}])
  }
  return [...by${type}.values()].flatMap((group) => group.slice(-limit))`,
    `  let total = ${index % 7}
  for (let index = 0; index < ${noun}s.length && total < limit; index++) {
    const current = ${noun}s[index]
    if (current === undefined || current.${field} === current.${other}) continue
    total += Math.max(0, current.${field})
  }
  return ${noun}s.map((${noun}) => ({ ...${noun}, ${field}: ${noun}.${field} / total }))`,
  ]
  return `/** Used by step ${index} of the import. */
export function ${verb}${type}s(${noun}s: readonly ${type}[], limit = ${index * 3 + 1}): ${type}[] {
${bodies[index % bodies.length]}
}
`
}

/** Code of about so many tokens, by the counter that is handed in; the same for the same first index. */
export async function sampleText(
  tokens: number,
  { from, countTokens }: { from: number; countTokens(text: string): Promise<number> },
): Promise<string> {
  const perFunction = Math.max(1, await countTokens(sampleFunction(from)))
  const functions = Array.from({ length: Math.ceil(tokens / perFunction) + 1 }, (_, index) => sampleFunction(from + index))
  const text = functions.join('\n')
  const counted = Math.max(1, await countTokens(text))
  return text.slice(0, Math.max(1, Math.floor((text.length * tokens) / counted)))
}
