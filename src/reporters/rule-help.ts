const securityRules: ReadonlySet<string> = new Set([
  'review/injection',
  'review/authorization',
  'review/secret',
  'review/path',
  'review/crypto',
  'review/ssrf',
  'check/secrets',
  'check/invisible-characters',
])

/** What a rule is about, in one sentence that ends with a full stop. */
export function describeRule(rule: string, describe: (rule: string) => string | undefined = () => undefined): string {
  const { family, name } = partsOf(rule)
  const known = describe(rule)?.trim()
  if (known) return /[.!?]$/.test(known) ? known : `${known}.`
  if (family === 'review') return `The review found a defect of the kind '${name}'.`
  if (family === 'check') return `The check '${name}' found a problem.`
  return `The tool '${family}' reports its rule '${name}'.`
}

/** The name of a rule as one Pascal-case identifier, as SARIF viewers show it. */
export function nameOfRule(rule: string): string {
  const words = rule.match(/[A-Za-z\d]+/g) ?? []
  return words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('') || 'Rule'
}

/** Tags by which alerts are filtered. GitHub keeps ten of a rule; these are at most two. */
export function tagsOfRule(rule: string): string[] {
  return [...(securityRules.has(rule) ? ['security'] : []), partsOf(rule).family]
}

function partsOf(rule: string): { family: string; name: string } {
  const slash = rule.indexOf('/')
  return { family: rule.slice(0, slash), name: rule.slice(slash + 1) }
}
