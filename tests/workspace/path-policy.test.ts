import { posix } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quotedName, refusalOf } from '../../src/workspace/path-policy.ts'
import { hostileNames, readOnlyNames, unwritableNames } from '../tools/hostile-names.ts'

describe('the names that no tool may use', () => {
  it.each(hostileNames.map((name) => [name]))('refuses %j for both', (name) => {
    expect([refusalOf(name, 'read'), refusalOf(name, 'write')]).toEqual([
      expect.stringMatching(/^".*\.$/s),
      expect.stringMatching(/^".*\.$/s),
    ])
  })

  it.each([...readOnlyNames, ...unwritableNames].map((name) => [name]))('lets %j be read and not written', (name) => {
    expect([refusalOf(name, 'read'), refusalOf(name, 'write')]).toEqual([null, expect.stringMatching(/^".*\.$/s)])
  })

  it.each(
    [
      [
        '.',
        './src/a.ts',
        'src//a.ts',
        'src/',
        'src/../lib/a.ts',
        'a',
        'src/[...slug].tsx',
        'src/(group)/@modal/page.tsx',
        'src/ä/漢字/🙂.ts',
      ],
      [
        '.env.example',
        '.env.sample',
        'config/.env.template',
        '.env.local.example',
        'example.env',
        '.environment',
        'src/env.ts',
        'dotenv/.envy/a',
      ],
      [
        'id_rsa.pub',
        'src/id_rsa_parser.ts',
        'src/key.ts',
        'src/keys/a.ts',
        'monkey',
        'pem/a.ts',
        'src/secrets.ts',
        'src/credentials.ts',
        'sshd/a',
      ],
      [
        '.gitignore',
        '.gitkeep',
        'git/config',
        '.github/ISSUE_TEMPLATE.md',
        'docs/github/workflows.md',
        'actions/action.yml',
        'src/husky.ts',
      ],
      [
        'src/nul.ts',
        'aux.c',
        'com10',
        '.vscode/snippets.json',
        'src/agent/run.ts',
        'agent.ts',
        '.tool-versions',
        '.npmignore',
        'backup~/a',
        'a~b~1x',
      ],
      ['50%.txt', 'a=b,c.ts', "it's.ts", 'a b.ts', '-rf', '--help', '@scope/a.ts', '#a.ts', 'Jenkins.md', 'x.gitlab-ci'],
    ]
      .flat()
      .map((name) => [name]),
  )('lets %j be written', (name) => {
    expect(refusalOf(name, 'write')).toBeNull()
  })

  it('gives the reason as a sentence with the name in it', () => {
    expect([
      refusalOf('../a', 'read'),
      refusalOf('.ENV', 'read'),
      refusalOf('.husky/pre-commit', 'write'),
      refusalOf('a\u202eb', 'write'),
      refusalOf('x'.repeat(5000), 'read'),
    ]).toEqual([
      '"../a" leads out of the repository.',
      '".ENV" may hold keys or passwords, which no tool may read or write.',
      '".husky/pre-commit" runs programs on the machine of whoever commits. A tool may read it; only the user changes it.',
      '"a<U+202E>b" contains an invisible character.',
      `"${'x'.repeat(200)}…" is longer than 4096 characters.`,
    ])
  })
})

describe('any spelling of a protected name', () => {
  const invisible = fc.constantFrom('', '', '\u200c', '\u200d', '\ufeff', '\u00ad', '\u2060', '\u{e0061}')
  const fullWidth = (character: string) => (/[!-~]/.test(character) ? String.fromCodePoint(character.charCodeAt(0) + 0xfee0) : character)
  const respelled = (name: string) =>
    fc
      .tuple(
        ...Array.from(name, (character) => fc.tuple(fc.constantFrom(character, character.toUpperCase(), fullWidth(character)), invisible)),
      )
      .map((parts) => parts.flat().join(''))
  const ending = fc.constantFrom('', '.', ' ', '...', ' . ', '::$DATA', ':stream:$DATA')

  it.each(['.git', '.env', 'id_rsa', '.npmrc', '.ssh'])('is refused as %s is', (name) => {
    fc.assert(
      fc.property(respelled(name), ending, fc.constantFrom('', 'src/', 'a/b/', './'), (spelled, end, folder) => {
        expect(refusalOf(folder + spelled + end, 'read')).not.toBeNull()
      }),
      { numRuns: process.env.SOAK === '1' ? 20_000 : 500 },
    )
  })
})

describe('any path at all', () => {
  it('is judged, and never lets through what leaves the root or enters .git', () => {
    const part = fc.constantFrom('..', '.', '', '.git', 'src', '~', 'a', ' ', '\0', 'C:', '\\', '%2e', 'GIT~1', '\u2025', '\uff0e')
    const path = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(part, { maxLength: 8 }).map((parts) => parts.join('/')),
      fc.array(part, { maxLength: 8 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(path, fc.constantFrom('read', 'write'), (name, effect) => {
        const reason = refusalOf(name, effect)
        if (reason !== null) {
          expect(reason).toMatch(/^".*\.$/s)
          return
        }
        expect(name).not.toMatch(/^[/~]|^[a-z]:|[\p{Cc}\\]/iu)
        expect(posix.normalize(name)).not.toMatch(/^\/|(^|\/)\.git(\/|$)/i)
        const depth = name.split('/').reduce<number[]>((depths, segment) => [...depths, (depths.at(-1) ?? 0) + step(segment)], [])
        expect(Math.min(0, ...depth)).toBe(0)
      }),
      { numRuns: process.env.SOAK === '1' ? 50_000 : 2000 },
    )
  })

  const step = (segment: string) => (segment === '..' ? -1 : segment === '' || segment === '.' ? 0 : 1)
})

it('quotes a name so that nothing in it is hidden', () => {
  expect(quotedName('a"\n\u001b[31m\u202e\u200b\ud800')).toBe(String.raw`"a\"\n\u001b[31m<U+202E><U+200B>\ud800"`)
})
