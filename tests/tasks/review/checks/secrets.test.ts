import { describe, expect, it } from 'vitest'
import { runChecks } from '../../../../src/tasks/review/checks/run-checks.ts'
import { secrets } from '../../../../src/tasks/review/checks/secrets.ts'
import { reviewed, said } from './reviewed.ts'

/** Put together here, so that no file of the repository holds one. */
const token = ['gh', 'p_', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx'].join('')
const key = [
  '-----BEGIN PRIVATE',
  ' KEY-----\n',
  'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nAbCdEfGhIjKlMnOpQrStUvWxYz012345\n',
  '-----END PRIVATE',
  ' KEY-----\n',
].join('')
const password = ['password = "', 'hunter2', '"\n'].join('')

describe('secrets in a change', () => {
  it.each([
    ['an issued token', 'src/a.ts', `a\nconst token = '${token}'\n`, 'src/a.ts:2 GitHub token in the change'],
    ['an issued token in a test', 'tests/a.test.ts', `const token = '${token}'\n`, 'tests/a.test.ts:1 GitHub token in the change'],
    [
      'an issued token in a lock file',
      'package-lock.json',
      `{ "resolved": "https://x/?t=${token}" }\n`,
      'package-lock.json:1 GitHub token in the change',
    ],
    ['a private key', 'deploy.pem', key, 'deploy.pem:1 Private key in the change'],
    ['a private key in a test', 'tests/fixtures/tls.pem', key, 'tests/fixtures/tls.pem:1 Private key in the change (warning)'],
    ['a password', 'src/a.py', password, 'src/a.py:1 Password in the change (warning)'],
    ['a token with CRLF', 'a.env', `A=${token}\r\n`, 'a.env:1 GitHub token in the change'],
  ])('are told: %s', async (_, path, text, line) => {
    expect(await said(secrets, { [path]: text }, { isGenerated: (file) => file.path.endsWith('lock.json') })).toEqual([line])
  })

  it.each([
    ['a made-up password of a test', 'tests/a.py', password],
    ['a made-up password of a manual', 'docs/setup.md', password],
    ['a digest of a lock file', 'a.lock', ['secret: "', '9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c', '"\n'].join('')],
  ])('are not seen: %s', async (_, path, text) => {
    expect(await said(secrets, { [path]: text }, { isGenerated: (file) => file.path.endsWith('.lock') })).toEqual([])
  })

  it('are told on changed lines only', async () => {
    expect(await said(secrets, { 'a.ts': { old: `'${token}'\n`, new: `'${token}'\nb\n` } })).toEqual([])
    expect(await said(secrets, { 'a.ts': { old: `'${token}'\nb\n`, new: 'b\n' } })).toEqual([])
  })

  it('are told once for each line, in each hunk', async () => {
    const rest = 'b\n'.repeat(20)
    const sides = { 'a.ts': { old: `a\n${rest}`, new: `f('${token}', '${token.replace('wW', 'xX')}')\n${rest}'${token}'\n` } }
    expect(await said(secrets, sides)).toEqual(['a.ts:1 GitHub token in the change', 'a.ts:22 GitHub token in the change'])
  })

  it('are told for what is most certain on their line', async () => {
    const text = `${password.trim()}; t = '${token}'\n`
    expect(await said(secrets, { 'a.py': text })).toEqual(['a.py:1 GitHub token in the change'])
  })

  it('are where the new part of a key is, when the rest of it was there', async () => {
    const lines = key.split('\n')
    const old = [...lines.slice(0, 1), ...lines.slice(2)].join('\n')
    expect(await said(secrets, { 'a.pem': { old, new: key } })).toEqual(['a.pem:2 Private key in the change'])
  })

  it('do not stand in what is said about them, and do in the evidence', async () => {
    const { findings } = await runChecks(
      [secrets],
      { severities: {} },
      reviewed({ 'a.ts': `const token = '${token}'\n`, 'b.py': password }),
    )
    expect(findings.map(({ evidence }) => evidence)).toEqual([`const token = '${token}'`, password.trim()])
    for (const { title, message, proof } of findings) expect(`${title} ${message} ${proof.detail}`).not.toMatch(/hunter2|wWPw5k4a/)
  })

  it('of very long lines are shown with little around them', async () => {
    const { findings } = await runChecks(
      [secrets],
      { severities: {} },
      reviewed({ 'a.js': `${'x '.repeat(5000)}'${token}' ${'y '.repeat(5000)}\n` }),
    )
    expect(findings.map(({ evidence }) => [evidence.length <= 300, evidence.includes(token)])).toEqual([[true, true]])
  })
})
