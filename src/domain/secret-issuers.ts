import type { rules } from '@secretlint/secretlint-rule-preset-recommend'
import { secretPatterns } from './secret-patterns.ts'
import { isInventedToken, isPlaceholder } from './secret-values.ts'
import type { SecretSpan } from './secrets.ts'

/**
 * Rules of the preset that are left out. The first is for comments that switch the search off, and the second reads the file system;
 * the others report a wrong range, or `https://user:pass@example.com`, and are replaced by patterns of our own.
 */
const leftOut = /rule-(?:filter-comments|gcp|aws|basicauth|database-connection-string|sendgrid|privatekey)$/
/** Messages whose range covers the name instead of the value. */
const wrongRanges = new Set(['Npmrc_authToken', 'PackageJSON_xOauthToken'])

type Rule = (typeof rules)[number]
type RuleContext = Parameters<Rule['create']>[0]
type RuleSource = Parameters<NonNullable<ReturnType<Rule['create']>['file']>>[0]

/** Finds tokens by the shapes that their issuers gave them: with the rules of secretlint, and with patterns for what they do not know. */
export async function findIssuedSecrets(text: string): Promise<SecretSpan[]> {
  const found = [...(await findWithRules(text)), ...findWithPatterns(text)]
  return found.filter(({ start, end }) => !isInventedToken(text.slice(start, end)))
}

/**
 * The rules are run without secretlint's core, which keeps a record of every run for as long as the process lives,
 * lets a text switch rules off, and compares every token with every other one.
 */
async function findWithRules(text: string): Promise<SecretSpan[]> {
  const preset = await import('@secretlint/secretlint-rule-preset-recommend')
  const spans = await Promise.all(preset.rules.filter(({ meta }) => !leftOut.test(meta.id)).map((rule) => spansOf(rule, text)))
  return spans.flat()
}

async function spansOf(rule: Rule, text: string): Promise<SecretSpan[]> {
  const spans: SecretSpan[] = []
  const kind = kindOf(rule.meta.id)
  const context: RuleContext = {
    sharedOptions: {},
    // What a rule says may repeat the secret, so only the name of its message is of use.
    createTranslator: () => (messageId, data) => ({ message: '', messageId: String(messageId), data }),
    report({ range: [start, end], message: { messageId } }) {
      // Test keys open nothing but a sandbox.
      if (!wrongRanges.has(messageId)) spans.push({ start, end, kind, confidence: /TEST/.test(messageId) ? 'likely' : 'certain' })
    },
    ignore() {},
  }
  const source: Partial<RuleSource> = {
    content: text,
    contentType: 'text',
    ext: '',
    filePath: undefined,
    physicalFilePath: undefined,
    hasBOM: false,
  }
  await rule.create(context, {}).file?.(source as RuleSource)
  return spans
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
