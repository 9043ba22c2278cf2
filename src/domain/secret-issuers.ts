import { secretPatterns } from './secret-patterns.ts'
import { isInventedToken, isPlaceholder } from './secret-values.ts'
import type { SecretSpan } from './secrets.ts'

/**
 * Rules of the preset that are left out. The first would let a comment of the text switch the search off, and the second reads the file system;
 * the others report a wrong range, or `https://user:pass@example.com`, and are replaced by patterns of our own.
 */
const leftOut = /rule-(?:filter-comments|gcp|aws|basicauth|database-connection-string|sendgrid|privatekey)$/
/** Messages whose range covers the name instead of the value. */
const wrongRanges = new Set(['Npmrc_authToken', 'PackageJSON_xOauthToken'])

/** The preset compares each token with every other one, so a text with very many of them is searched in pieces; they overlap by the length of a token. */
const pieceLength = 64_000
const overlap = 4_000

/** Finds tokens by the shapes that their issuers gave them: with the preset of secretlint, and with patterns for what it does not know. */
export async function findIssuedSecrets(text: string): Promise<SecretSpan[]> {
  const preset: SecretSpan[] = []
  for (let offset = 0; offset < text.length; offset += pieceLength) {
    const found = await findWithPreset(text.slice(offset, offset + pieceLength + overlap))
    preset.push(...found.map((span) => ({ ...span, start: span.start + offset, end: span.end + offset })))
  }
  return [...preset, ...findWithPatterns(text)].filter(({ start, end }) => !isInventedToken(text.slice(start, end)))
}

async function findWithPreset(text: string): Promise<SecretSpan[]> {
  const [{ lintSource }, preset] = await Promise.all([import('@secretlint/core'), import('@secretlint/secretlint-rule-preset-recommend')])
  // Rule by rule: as a whole the preset cannot be told to leave some out.
  const rules = preset.rules.filter(({ meta }) => !leftOut.test(meta.id)).map((rule) => ({ id: rule.meta.id, rule }))
  const { messages } = await lintSource({
    source: { content: text, contentType: 'text', filePath: 'text', ext: '' },
    options: { config: { rules }, noPhysicFilePath: true },
  })
  return messages
    .filter(({ messageId }) => !wrongRanges.has(messageId))
    .map(({ range: [start, end], ruleId, messageId }) => ({
      start,
      end,
      kind: kindOf(ruleId),
      // Test keys open nothing but a sandbox.
      confidence: /TEST/.test(messageId) ? 'likely' : 'certain',
    }))
}

/** `@secretlint/secretlint-rule-github` → `GitHub token`. */
function kindOf(ruleId: string): string {
  const name = ruleId.slice(ruleId.indexOf('rule-') + 'rule-'.length)
  return kinds[name] ?? `${name.charAt(0).toUpperCase()}${name.slice(1)} token`
}

const kinds: Readonly<Record<string, string>> = {
  github: 'GitHub token',
  gitlab: 'GitLab token',
  npm: 'npm token',
  openai: 'OpenAI API key',
  anthropic: 'Anthropic API key',
  stripe: 'Stripe key',
  'hashicorp-vault': 'Vault token',
  '1password': '1Password service account token',
}

function findWithPatterns(text: string): SecretSpan[] {
  return secretPatterns.flatMap(({ kind, pattern }) =>
    [...text.matchAll(pattern)].flatMap((match): SecretSpan[] => {
      const value = match[1] ?? match[0]
      if (match[1] !== undefined && isPlaceholder(value)) return []
      const start = match.index + match[0].lastIndexOf(value)
      return [{ start, end: start + value.length, kind, confidence: 'certain' }]
    }),
  )
}
