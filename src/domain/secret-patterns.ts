/** What an issuer's tokens look like; the first group, where there is one, is the token. */
export interface SecretPattern {
  kind: string
  pattern: RegExp
}

/** Where a token begins: nothing longer ends in it. It also keeps each character from being read more than once. */
const start = String.raw`(?<![A-Za-z0-9_-])`
const end = String.raw`(?![A-Za-z0-9_-])`
const token = (body: string): RegExp => new RegExp(start + body + end, 'g')

/** Tokens that the preset of secretlint does not know, or knows only in part. Shapes as their issuers and public scanners describe them. */
export const secretPatterns: readonly SecretPattern[] = [
  { kind: 'AWS access key ID', pattern: token('(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}') },
  {
    kind: 'AWS secret access key',
    pattern:
      /(?:secret_?access_?key|aws_?secret_?key|aws_?secret)["'\]]{0,2}\s{0,4}(?:=>|:=|[:=,])\s{0,4}["']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
  },
  { kind: 'Google API key', pattern: token('AIza[A-Za-z0-9_-]{35}') },
  { kind: 'Google OAuth secret', pattern: token('GOCSPX-[A-Za-z0-9_-]{20,40}') },
  { kind: 'Google OAuth token', pattern: token(String.raw`ya29\.[A-Za-z0-9_-]{20,1000}`) },
  { kind: 'OpenAI API key', pattern: token('sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,300}') },
  { kind: 'API key', pattern: token('sk-(?=[A-Za-z]{0,60}[0-9])[A-Za-z0-9]{32,80}') },
  { kind: 'Anthropic API key', pattern: token(String.raw`sk-ant-[a-z]{2,10}\d{0,3}-[A-Za-z0-9_-]{20,200}`) },
  { kind: 'OpenRouter API key', pattern: token('sk-or-v1-[0-9a-f]{40,80}') },
  { kind: 'GitHub token', pattern: token('gh[pousr]_[A-Za-z0-9]{36,255}') },
  { kind: 'GitHub token', pattern: token('github_pat_[A-Za-z0-9_]{40,255}') },
  { kind: 'GitLab token', pattern: token('(?:glpat|gldt|glrt|glptt|glcbt|glsoat|glft|glimt|glagent)-[A-Za-z0-9_.-]{20,300}') },
  { kind: 'Slack token', pattern: token('xox[abeoprs]-(?=[A-Za-z-]{0,100}[0-9])[A-Za-z0-9-]{20,300}') },
  { kind: 'Slack token', pattern: token(String.raw`xapp-\d-[A-Z0-9]{5,20}-\d{5,20}-[a-f0-9]{20,100}`) },
  {
    kind: 'Discord webhook',
    pattern: /\bhttps:\/\/(?:ptb\.|canary\.)?discord(?:app)?\.com\/api\/webhooks\/\d{15,25}\/[A-Za-z0-9_-]{50,100}/g,
  },
  { kind: 'Teams webhook', pattern: /\bhttps:\/\/[a-z0-9-]{1,80}\.webhook\.office\.com\/webhookb2\/[\w@/-]{60,300}/g },
  { kind: 'Discord bot token', pattern: token(String.raw`[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,45}`) },
  { kind: 'Telegram bot token', pattern: /(?<![A-Za-z0-9_-])(?:bot)?(\d{8,10}:AA[A-Za-z0-9_-]{33})(?![A-Za-z0-9_-])/g },
  { kind: 'SendGrid API key', pattern: token(String.raw`SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}`) },
  { kind: 'Twilio API key', pattern: token('SK[0-9a-f]{32}') },
  { kind: 'Mailgun API key', pattern: token('key-[0-9a-f]{32}') },
  { kind: 'Mailchimp API key', pattern: token(String.raw`[0-9a-f]{32}-us\d{1,2}`) },
  { kind: 'Stripe key', pattern: token('(?:sk|rk)_live_[A-Za-z0-9]{16,247}') },
  { kind: 'Stripe webhook secret', pattern: token('whsec_[A-Za-z0-9+/]{32,64}') },
  { kind: 'Square token', pattern: token('(?:sq0atp-[A-Za-z0-9_-]{22}|sq0csp-[A-Za-z0-9_-]{43})') },
  { kind: 'Azure storage key', pattern: /\bAccountKey=([A-Za-z0-9+/]{60,90}={0,2})/g },
  { kind: 'Azure shared access key', pattern: /\bSharedAccessKey=([A-Za-z0-9+/]{40,60}={0,2})/g },
  { kind: 'Azure SAS signature', pattern: /[?&]sig=([A-Za-z0-9%]{40,120}%3D)/gi },
  { kind: 'Azure client secret', pattern: /(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}(?![\w~.-])/g },
  { kind: 'PyPI token', pattern: token('pypi-AgE[A-Za-z0-9_-]{50,300}') },
  { kind: 'npm token', pattern: /(?<![\w-])_(?:authToken|auth|password)\s{0,3}=\s{0,3}["']?([A-Za-z0-9+/=_.-]{16,300})/g },
  { kind: 'RubyGems key', pattern: token('rubygems_[0-9a-f]{48}') },
  { kind: 'DigitalOcean token', pattern: token('do[opr]_v1_[0-9a-f]{64}') },
  { kind: 'Heroku key', pattern: token('HRKU-[A-Za-z0-9_-]{30,80}') },
  { kind: 'Atlassian token', pattern: /(?<![A-Za-z0-9_-])ATATT3[A-Za-z0-9_=-]{60,300}/g },
  { kind: 'Sentry token', pattern: /(?<![A-Za-z0-9_-])sntry[su]_[A-Za-z0-9_+/=-]{40,300}/g },
  { kind: 'Doppler token', pattern: token(String.raw`dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._-]{40,80}`) },
  { kind: 'New Relic key', pattern: token('(?:NRAK-[A-Z0-9]{27}|NRJS-[a-f0-9]{19}|NRII-[A-Za-z0-9-]{32})') },
  { kind: 'Dynatrace token', pattern: token(String.raw`dt0[a-z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}`) },
  { kind: 'Postman key', pattern: token('PMAK-[0-9a-f]{24}-[0-9a-f]{34}') },
  { kind: 'Terraform token', pattern: token(String.raw`[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70}`) },
  { kind: 'Supabase token', pattern: token('sb(?:p|_secret)_[A-Za-z0-9_-]{20,64}') },
  { kind: 'PlanetScale token', pattern: token('pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_.-]{32,64}') },
  { kind: 'Replicate token', pattern: token('r8_[A-Za-z0-9]{37,40}') },
  { kind: 'xAI API key', pattern: token('xai-[A-Za-z0-9]{60,100}') },
  { kind: 'Perplexity API key', pattern: token('pplx-[A-Za-z0-9]{40,64}') },
  { kind: 'age secret key', pattern: token('AGE-SECRET-KEY-1[0-9A-Z]{58}') },
  { kind: 'Facebook access token', pattern: token('EAA[MC][A-Za-z0-9]{60,300}') },
]
