import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findSecrets } from '../../src/domain/secrets.ts'

/** Samples are put together here, so that no file of the repository holds one. */
const join = (...parts: readonly string[]) => parts.join('')

const upper = 'QYLPMN5HFIQR7XYZ'
const hex32 = '9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c'
const hex40 = '9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c0a1b2c3d'
const mixed20 = 'aB3dE6fG9hJ2kL5mN8pQ'
const mixed36 = 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'
const mixed64 = `${mixed36}Zk3Qv8Rt1Yw6Ub9Xc2Hd5Jf7Lg0M`
const base64of = (text: string) => Buffer.from(text).toString('base64')
const pem = (kind: string, body: string) =>
  join('-----BEGIN ', kind, 'PRIVATE', ' KEY-----\n', body, '\n-----END ', kind, 'PRIVATE', ' KEY-----')
const jwt = (payload: string) =>
  [Buffer.from('{"alg":"HS256","typ":"JWT"}'), Buffer.from(payload)].map((part) => part.toString('base64url')).join('.') + `.${mixed36}`

/** What surrounds the secret, the secret, and what follows it. */
type Sample = readonly [name: string, before: string, secret: string, after: string]

const certain: readonly Sample[] = [
  ['an AWS access key ID', 'id = "', join('AK', 'IA', upper), '"'],
  ['a temporary AWS access key ID', '', join('AS', 'IA', upper), ''],
  ['an AWS secret access key', 'aws_secret_access_key = ', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYzXy1234567', '\n'],
  ['an AWS secret access key in JSON', '{"SecretAccessKey": "', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYzXy1234567', '"}'],
  ['a Google API key', 'key=', join('AI', 'za', 'SyD4fGh7Jk2Lm5Np8Qr1St3Uv6Wx9Yz0aBc'), ''],
  ['a Google OAuth secret', '"', join('GOC', 'SPX-', 'aB3dE6fG9hJ2kL5mN8pQrS4tU7vW'), '"'],
  ['a Google OAuth token', 'Authorization: ', join('ya', '29.', mixed64), ''],
  ['a project key of OpenAI', '', join('sk-', 'proj-', mixed64), ''],
  ['an old key of OpenAI', 'OPENAI=', join('sk-', mixed36, 'aB3dE6fG9hJ2'), ''],
  ['a key of Anthropic', '', join('sk-', 'ant-api03-', mixed64), ''],
  ['a key of OpenRouter', '', join('sk-', 'or-v1-', hex32, hex32), ''],
  ['a classic GitHub token', 'token: ', join('gh', 'p_', mixed36), ''],
  ['a GitHub server token', '', join('gh', 's_', mixed36), ''],
  ['a fine-grained GitHub token', '', join('github', '_pat_', '11ABCDEFG0', mixed64, 'aB3dE6fG'), ''],
  ['a GitLab token', '"', join('gl', 'pat-', mixed20), '"'],
  ['a GitLab deploy token', '', join('gl', 'dt-', mixed20), ''],
  ['a Slack bot token', '', join('xo', 'xb-', '123456789012-1234567890123-', mixed20), ''],
  ['a Slack webhook', '', join('https://hooks.', 'slack.com/services/', 'T01ABCDEF/B02GHIJKL/', mixed20), ''],
  ['a Discord webhook', '', join('https://', 'discord.com/api/webhooks/', '123456789012345678/', mixed64), ''],
  ['a Discord bot token', '', join('MTIzNDU2Nzg5MDEyMzQ1Njc4', '.GaBcDe.', mixed36), ''],
  [
    'a Telegram bot token',
    'https://api.telegram.org/bot',
    join('123456789', ':AA', 'HdqTcvCH1vGWJxfSeofSAs0K5PALDsawx'.slice(0, 33)),
    '/getMe',
  ],
  ['a SendGrid key', '', join('S', 'G.', 'aB3dE6fG9hJ2kL5mN8pQrS', '.', 'tU7vWxY1zA4bC8dE2fG5hJ9kL3mN6pQ0rS7tU1vW4xY'), ''],
  ['a Twilio key', '', join('S', 'K', hex32), ''],
  ['a Mailgun key', '', join('ke', 'y-', hex32), ''],
  ['a Mailchimp key', '', join(hex32, '-', 'us14'), ''],
  ['a live Stripe key', '', join('sk', '_live_', mixed36), ''],
  ['a restricted Stripe key', '', join('rk', '_live_', mixed36), ''],
  ['a Stripe webhook secret', '', join('wh', 'sec_', mixed36), ''],
  ['a Square token', '', join('sq0', 'atp-', 'aB3dE6fG9hJ2kL5mN8pQrS'), ''],
  ['an Azure storage key', 'AccountName=a;AccountKey=', `${mixed64}${mixed20}aB==`, ';EndpointSuffix=core'],
  ['an Azure shared access key', 'Endpoint=sb://a/;SharedAccessKey=', `${mixed36}aB3dE6f=`, ''],
  ['an Azure client secret', '', join('aB3', '8', 'Q~', 'dE6fG9hJ2kL5mN8pQrS4tU7vWxY1zA4bC'), ''],
  ['a PyPI token', '', join('pypi-', 'AgE', 'IcHlwaS5vcmc', mixed64), ''],
  ['an npm token', '', join('np', 'm_', mixed36), ''],
  ['a legacy npm token', '//registry.example.org/:_authToken=', '1b2c3d4e-5f60-4718-92a3-b4c5d6e7f809', ''],
  ['a RubyGems key', '', join('rubygems', '_', hex40, '0a1b2c3d'), ''],
  ['a DigitalOcean token', '', join('dop', '_v1_', hex32, hex32), ''],
  ['a Doppler token', '', join('dp.', 'pt.', mixed36, 'aB3dE6f'), ''],
  ['a New Relic key', '', join('NR', 'AK-', 'A1B2C3D4E5F6G7H8I9J0K1L2M3N'), ''],
  ['a Postman key', '', join('PM', 'AK-', hex32.slice(0, 24), '-', hex32, 'ab'), ''],
  ['a Supabase token', '', join('sb', 'p_', hex40), ''],
  ['a Replicate token', '', join('r8', '_', mixed36, 'x'), ''],
  ['a Hugging Face token', '', join('h', 'f_', 'aBcDeFgHiJkLmNoPqRsTuVwXyZaBcDeFgH'), ''],
  ['a Shopify token', '', join('shp', 'at_', hex32), ''],
  ['a Databricks token', '', join('da', 'pi', hex32), ''],
  ['an age key', '', join('AGE-SECRET', '-KEY-1', 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE'.slice(0, 58)), ''],
  ['a short private key', 'a = """', pem('RSA ', 'MIIEpAIBAAKCAQEA'), '"""'],
  ['a private key without a kind', '', pem('', `${mixed64}\n${mixed64}`), '\n'],
  ['an SSH key', '', pem('OPENSSH ', `${mixed64}\n${mixed64}`), ''],
  ['a private key of a service account', '{"private_key": "', pem('', `${mixed64}\n`).replaceAll('\n', '\\n'), '\\n"}'],
  ['a JSON web token', 'cookie: ', jwt('{"sub":"42","role":"admin"}'), ''],
  ['the password of a database', 'postgres://app:', 's3cr3tpa55', '@db.prod.internal:5432/app'],
  ['the password of a cluster', 'mongodb+srv://app:', 'Tr0ub4dor', '@cluster0.ab1cd.mongodb.net/x'],
  ['the password of a cache without a user', 'redis://:', 'p4ssw0rdX', '@cache.prod.internal:6379'],
  ['the password in a URL', 'https://deploy:', 'a8Fk2LmQ', '@git.corp.net/x.git'],
  ['a token in the place of a user', 'git+https://', 'a8f5f167f44f4964e6c998d', ':x-oauth-basic@github.com/a/b.git'],
  ['an assigned key of a service', 'const apiKey = "', 'a8F5k167Qf44f4964E6c998d', '"'],
  ['a key in an environment file', 'STRIPE_SECRET=', 'a8F5k167Qf44f4964E6c998d', '\n'],
  ['a client secret in YAML', 'client_secret: ', 'Zx9-kQ2mB7vT4nL0wR5y', '\n'],
]

const likely: readonly Sample[] = [
  ['a chosen password', 'const password = "', 'hunter2', '"'],
  ['a password with signs', "db_password: '", 'Tr0ub4dor&3', "'"],
  ['a password in an object', '{ "password": "', 'S3cr3t!pass', '" }'],
  ['a password with a type', 'const dbPassword: string = "', 'P4ssphr4se', '"'],
  ['a password in Go', 'dbPass := "', 'k1ng5ize!', '"'],
  ['a password in an environment file', 'DB_PASSWORD=', 'k1ng5ize', '\n'],
  ['an exported password', 'export PGPASSWORD=', 'k1ng5ize', '\n'],
  ['a password in YAML', '  password: ', 'k1ng5ize!', '\n'],
  ['a password in YAML without signs', 'db:\n  password: ', 'k1ng5ize', '\n'],
  ['a password of properties', 'spring.datasource.password=', 'k1ng5ize!', '\n'],
  ['a password after a flag', 'mysql --password=', 'k1ng5ize', ' -h x'],
  ['a password of an element', '<password>', 'k1ng5ize', '</password>'],
  ['a password given to a setter', 'source.setPassword("', 'k1ng5ize', '");'],
  ['a password in an index', 'env["DB_PASSWORD"] = "', 'k1ng5ize', '"'],
  ['a password that is compared with', 'if (password === "', 'hunter2', '") {'],
  ['the password of a connection', '"Server=db;Database=x;User Id=sa;Password=', 'k1ng5ize', ';"'],
  ['a token of digits and letters', 'auth_token = "', 'f3a9c1e7b5d2084f6a', '"'],
  ['a secret that is a UUID', 'client_secret: "', '1b2c3d4e-5f60-4718-92a3-b4c5d6e7f809', '"'],
  ['a local database', 'postgres://app:', 's3cr3tpa55', '@localhost:5432/app'],
  ['basic credentials', 'Authorization: Basic ', base64of('deploy:k1ng5ize'), ''],
  ['credentials of a registry', '{"auths":{"r.io":{"auth":"', base64of('deploy:k1ng5ize'), '"}}}'],
  ['a bearer token', 'curl -H "Authorization: Bearer ', 'f3a9c1e7b5d2084f6a7c8d9e', '"'],
  ['credentials of curl', 'curl -u deploy:', 'k1ng5ize', ' https://x'],
  ['a Stripe test key', '', join('sk', '_test_', mixed36), ''],
]

const harmless: readonly string[] = [
  'AKIAIOSFODNN7EXAMPLE',
  'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  'password = "changeme"',
  'password: "<your-password>"',
  "api_key: '<your-key>'",
  'API_KEY=${API_KEY}',
  'apiKey: process.env.API_KEY,',
  "const token = process.env['TOKEN']",
  'password = os.environ["DB_PASSWORD"]',
  'password = getpass.getpass()',
  'token: ${{ secrets.GITHUB_TOKEN }}',
  'password: {{ .Values.db.password }}',
  'password: "{{ vault_password }}"',
  'DB_PASSWORD=password',
  'DB_PASSWORD=postgres',
  'DB_PASSWORD=',
  'POSTGRES_PASSWORD: postgres123',
  'secret = "xxxxxxxxxxxxxxxxxxxx"',
  'secret = "********************"',
  'apiKey: "your-api-key-here-12345"',
  'apiKey = "YOUR_API_KEY_1234567890"',
  'const apiKey = "test-api-key-1"',
  'secretKey: "my-super-secret-key-1"',
  'const token: string',
  'token: string;',
  'let token = nextToken()',
  'token = tokens[0]',
  'password = user.password',
  'password: config.password2',
  'const password = await prompt("Password: ")',
  'label: "Password"',
  '"password": "Passwort"',
  '"password": "Mot de passe"',
  '"password": "Enter your password!"',
  'password: "Wachtwoord*"',
  'passwordField: "input-password-2"',
  'password_hash = "$2b$12$KIXQJ8v0pYz1x2c3v4b5nOeWq9"',
  'passwordHash: "5f4dcc3b5aa765d61d8327deb882cf99"',
  'tokenType: "Bearer"',
  'token_url: "https://auth.example.com/oauth2/token"',
  'secretName: "my-app-secret-2024"',
  'publicKeyToken="31bf3856ad364e35"',
  'public_key: "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC1"',
  'csrfToken: "f3a9c1e7b5d2084f6a7c8d9e"',
  'nextPageToken: "f3a9c1e7b5d2084f6a7c8d9e"',
  'primaryKey: "user_id_12345678901"',
  'cacheKey = "f3a9c1e7b5d2084f6a7c8d9e"',
  'integrity sha512-3pQ2mB7vT4nL0wR5yZx9kQ8sD1fG6hJ2kL5mN8pQrS4tU7vW==',
  '"resolved": "https://registry.example.org/a/-/a-1.0.0.tgz#9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c0a1b2c3d"',
  'commit 9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c0a1b2c3d',
  'uses: actions/checkout@9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c0a1b2c3d',
  'id: 1b2c3d4e-5f60-4718-92a3-b4c5d6e7f809',
  'etag = "9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c"',
  'checksum = "9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c0a1b2c3d9f8a7b6c5d4e3f2a1b0c9d8e"',
  'h1:aB3dE6fG9hJ2kL5mN8pQrS4tU7vWxY1zA4bC8dE2fG5=',
  'image: data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk',
  'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC1 user@host',
  '-----BEGIN PUBLIC KEY-----\nMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC1\n-----END PUBLIC KEY-----',
  '-----BEGIN CERTIFICATE-----\nMIIDXTCCAkWgAwIBAgIJAJC1HiIAZAiIMA0GCSqGSIb3\n-----END CERTIFICATE-----',
  join("if (text.includes('-----BEGIN PRIVATE", " KEY-----')) return true"),
  join('-----BEGIN RSA PRIVATE', ' KEY-----\n...\n-----END RSA PRIVATE', ' KEY-----'),
  'postgres://user:password@localhost/app',
  'postgres://postgres:postgres@db:5432/test',
  'mysql://root:root@127.0.0.1/x',
  'postgres://${USER}:${PASSWORD}@host/db',
  'postgres://user:<password>@host/db',
  'https://user:pass@example.com',
  'https://example.com:8080/path@2x.png',
  'http://localhost:3000/@vite/client',
  'git@github.com:owner/name.git',
  'redis://localhost:6379',
  '_authToken=${NPM_TOKEN}',
  '//registry.example.org/:_authToken=<YOUR_TOKEN_GOES_HERE>',
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c',
  'Authorization: Bearer <token>',
  'Authorization: Bearer ${token}',
  'Authorization: Basic ${btoa(user)}',
  'token authentication-is-required',
  '.sk-fading-circle-container { color: red }',
  'class="sk-circle sk-child"',
  'SG.Components.Button',
  'const hash = sha256("hunter2")',
  'expect(validatePassword).toBe(true)',
  'maxPasswordLength = 128',
  'ACCESS_TOKEN_TTL=3600000',
  'SECRET_KEY_BASE=op://vault/item/field',
  'secret: arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-AbCdEf',
  'tokenizer = "cl100k_base_tokenizer_v2"',
  'key = "f3a9c1e7b5d2084f6a7c8d9e"',
  'monkey = "f3a9c1e7b5d2084f6a7c8d9e"',
  'sortKey: "item#2024#f3a9c1e7b5"',
  'authorization: "user.roles.admin.v2"',
  'token: "auth.errors.token_expired_401"',
  'version = "2.0.0-beta.12345678901"',
  'password = "%s"',
  'password = "${password}1"',
  'password = row2',
  'password: user2.password',
  'password: undefined',
  'password=null',
  "translation.password = 'Passw0rt'",
  'pk_live_aB3dE6fG9hJ2kL5mN8pQrS4t',
  'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
  'ghp_000000000000000000000000000000000000',
  'export const secrets = defineCheck({ name: "secrets" })',
]

async function told(text: string) {
  return (await findSecrets(text)).map(({ start, end, confidence }) => [text.slice(start, end), confidence])
}

describe('secrets that are certain', () => {
  it.each(certain)('%s', async (_, before, secret, after) => {
    const found = await told(before + secret + after)
    expect(found).toHaveLength(1)
    expect(found[0]![1]).toBe('certain')
    expect(found[0]![0]).toContain(secret)
  })
})

describe('secrets that are likely', () => {
  it.each(likely)('%s', async (_, before, secret, after) => {
    expect(await told(before + secret + after)).toEqual([[secret, 'likely']])
  })
})

describe('what is no secret', () => {
  it.each(harmless)('%s', async (text) => {
    expect(await told(text)).toEqual([])
  })
})

describe('spans', () => {
  const secret = join('gh', 'p_', mixed36)

  it('are exact, and count UTF-16', async () => {
    const text = `\u{1f600} "${secret}" \u{1f600}`
    expect(await findSecrets(text)).toEqual([{ start: 4, end: 44, kind: 'GitHub token', confidence: 'certain' }])
  })

  it('cover every secret of a text', async () => {
    const text = `a = "${secret}"\npassword = "hunter2"\nb = "${join('AK', 'IA', upper)}"`
    expect(await told(text)).toEqual([
      [secret, 'certain'],
      ['hunter2', 'likely'],
      [join('AK', 'IA', upper), 'certain'],
    ])
  })

  it('are one where several patterns see the same secret', async () => {
    const [span, ...more] = await findSecrets(`github_token = "${secret}"`)
    expect([span!.kind, more]).toEqual(['GitHub token', []])
  })

  it('are found in spite of comments for other scanners', async () => {
    expect(await told(`// secretlint-disable\n${secret} // gitleaks:allow`)).toEqual([[secret, 'certain']])
  })

  it('cover a key that is cut off', async () => {
    const text = pem('', `${mixed64}\n${mixed64}`).split('-----END')[0]!
    expect(await told(`${text}\nconst a = 1`)).toEqual([[expect.stringContaining(mixed64), 'certain']])
  })

  it('are found across the pieces of a long text', async () => {
    const text = `${'x '.repeat(31_990)}${join('da', 'pi', hex32)}${' x'.repeat(40_000)} ${secret}`
    expect(await told(text)).toEqual([
      [join('da', 'pi', hex32), 'certain'],
      [secret, 'certain'],
    ])
  })

  it('are inside the text, sorted and apart, whatever the text', async () => {
    const pieces = [...certain, ...likely].flatMap((sample) => sample.slice(1))
    const part = fc.oneof(
      fc.constantFrom(...pieces),
      fc.string({ maxLength: 12 }),
      fc.constantFrom('\n', ' ', '"', '=', ': ', '@', '-----', '\ud83d'),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 12 }), async (parts) => {
        const text = parts.join('')
        let last = 0
        for (const { start, end } of await findSecrets(text)) {
          expect(start).toBeGreaterThanOrEqual(last)
          expect(end).toBeGreaterThan(start)
          last = end
        }
        expect(last).toBeLessThanOrEqual(text.length)
      }),
      { numRuns: 400 },
    )
  })

  it('are found in a time that grows with the length alone, whatever a text repeats', { timeout: 240_000 }, async () => {
    const starts = [
      'a',
      '0',
      ' ',
      '"',
      '=',
      ': ',
      '-',
      '.',
      '_',
      'sk-',
      'eyJ',
      'eyJa.',
      'https://',
      'a:b@',
      'x://a:',
      'password=',
      'password = "',
      'pass:',
      '<password>',
      '-----BEGIN PRIVATE',
      'key-',
      'xoxb-1',
      'AKIA',
      'SG.',
      'Bearer ',
      'curl -u a:',
      ';pwd=',
      '"auth":"',
      '.setPassword(',
      'export A_',
      '\n',
      'aA1',
      'Password',
      '${',
      'test',
      '000',
      '[',
      ']:',
    ]
    for (const start of starts) {
      const text = start.repeat(Math.ceil(1_000_000 / start.length))
      expect((await findSecrets(text)).every(({ end }) => end <= text.length)).toBe(true)
    }
  })
})
