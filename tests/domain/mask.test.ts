import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { maskedEvidence, maskLine, maskSecrets, secretLines } from '../../src/domain/mask.ts'
import { findingWith, reportWith } from '../helpers/report-arbitrary.ts'

const secretFinding = (evidence: string, changes = {}) =>
  findingWith({ rule: 'check/secrets', evidence, region: { path: 'src/config.ts', startLine: 4, endLine: 4 }, ...changes })

describe('a masked line', () => {
  it.each([
    ["export const apiKey = 'sk-live-9f8e7d6c'", "export const apiKey = '******'"],
    ['AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG', 'AWS_SECRET_ACCESS_KEY=******'],
    ['password: correct horse', 'password: ****** ******'],
    ['  "token": "abc",', '  "******": "******",'],
    ['url = postgres://user:hunter2@db/x', 'url = ******:******:******'],
    ['Authorization: Bearer abc.def', 'Authorization: ****** ******'],
    ['machine db login me password hunter2', 'machine db login ****** password ******'],
    ['ghp_0123456789abcdefghij', '******'],
    ['-----BEGIN RSA PRIVATE KEY-----', '-----BEGIN RSA PRIVATE KEY-----'],
    ['MIIEvQIBADANBgkqhkiG9w0BAQEFAASC', '******'],
    ['const k = "unterminated secret', 'const k = "******'],
    ['const k = "with \\" escape secret"', 'const k = "******"'],
    ["f('', `${a}`)", "f('', `******`)"],
    ['}', '}'],
  ])('%j keeps its shape: %j', (line, masked) => {
    expect(maskLine(line)).toBe(masked)
  })

  const token = fc
    .string({ unit: fc.constantFrom(...Array.from('abcdefghijkmnpqrstuvwxyzABCDEFGH0123456789+/_-')), minLength: 12, maxLength: 60 })
    .filter((text) => /\d/.test(text))
  const around = fc.constantFrom(
    (secret: string) => `const key = "${secret}"`,
    (secret: string) => `KEY=${secret}`,
    (secret: string) => `key: ${secret} # comment`,
    (secret: string) => secret,
    (secret: string) => `  - ${secret}`,
    (secret: string) => `curl -H 'X-Key: ${secret}' host`,
    (secret: string) => `it's ${secret}`,
    (secret: string) => `https://user:${secret}@host/`,
    (secret: string) => `foo("it's", '${secret}')`,
  )

  it('never shows the secret, and a second pass changes nothing', () => {
    fc.assert(
      fc.property(token, around, (secret, line) => {
        const masked = maskLine(line(secret))
        expect(masked).not.toContain(secret)
        expect(masked).toContain('******')
        expect(maskLine(masked)).toBe(masked)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('evidence', () => {
  it('is masked where it is a secret, and verbatim elsewhere', () => {
    expect(maskedEvidence({ rule: 'check/secrets', evidence: 'a = "b"\nc = "d"' })).toBe('a = "******"\nc = "******"')
    expect(maskedEvidence({ rule: 'review/logic', evidence: 'a = "b"' })).toBe('a = "b"')
  })
})

describe('the lines of secrets', () => {
  it('are those of the region, or the whole file where there is none', () => {
    const isSecret = secretLines([
      secretFinding('x', { region: { path: 'a', startLine: 4, endLine: 5 } }),
      secretFinding('x', { region: { path: 'b', startLine: null, endLine: null } }),
      secretFinding('x', { region: { path: 'c', startLine: 2, endLine: null } }),
      findingWith(),
    ])
    const asked: [string, number][] = [
      ['a', 3],
      ['a', 4],
      ['a', 5],
      ['a', 6],
      ['b', 99],
      ['c', 2],
      ['c', 3],
      ['src/invoice.ts', 42],
    ]
    expect(asked.filter(([path, line]) => isSecret(path, line))).toEqual([
      ['a', 4],
      ['a', 5],
      ['b', 99],
      ['c', 2],
    ])
  })
})

describe('a report without its secrets', () => {
  const secret = 'sk-live-9f8e7d6c5b4a39281706'
  const line = `export const apiKey = '${secret}'`

  it('is the same object when there are none', () => {
    const report = reportWith()
    expect(maskSecrets(report)).toBe(report)
  })

  it('has them neither as evidence nor anywhere a text repeats them', () => {
    const report = reportWith({
      summary: `found ${secret}`,
      patch: `-${line}`,
      notices: [{ code: 'X', message: secret, hint: secret }],
      findings: [
        secretFinding(line, {
          title: `key ${secret}`,
          message: `${secret} is live`,
          replacement: line,
          proof: { kind: 'static', detail: secret },
        }),
        findingWith({ region: { path: 'src/config.ts', startLine: 3, endLine: 5 }, evidence: `a = 'plain'\n${line}\nb = 'plain'` }),
        findingWith({
          message: 'elsewhere',
          suppressed: { by: 'inline', reason: secret },
          region: { path: 'x', startLine: null, endLine: null },
          evidence: line,
        }),
      ],
    })
    const masked = maskSecrets(report)
    expect(JSON.stringify(masked)).not.toContain(secret)
    expect(masked.findings.map(({ evidence }) => evidence)).toEqual([
      "export const apiKey = '******'",
      "a = 'plain'\nexport const apiKey = '******'\nb = 'plain'",
      "export const apiKey = '******'",
    ])
  })

  it('keeps plain words that a secret line has too', () => {
    const report = reportWith({ findings: [secretFinding("level = 'production' // abc", { message: 'Used in production.' })] })
    expect(maskSecrets(report).findings[0]?.message).toBe('Used in production.')
  })
})
