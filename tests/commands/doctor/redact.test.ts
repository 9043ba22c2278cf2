import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redact, secretsIn } from '../../../src/commands/doctor/redact.ts'

const nothing = { folders: [], names: [], secrets: [] }

describe('redact', () => {
  it('replaces folders, the longest first, in both ways of writing them', () => {
    const folders = [
      ['/home/ada', '~'],
      ['/home/ada/code/secret-project', '<repository>'],
      ['C:\\Users\\Ada', '~'],
      ['/', '<root>'],
    ] as const
    expect(redact('/home/ada/code/secret-project/a.ts /home/ada/.x C:\\Users\\Ada\\x C:/Users/Ada/x /', { ...nothing, folders })).toBe(
      '<repository>/a.ts ~/.x ~\\x ~/x /',
    )
  })

  it('replaces names as whole words, in any case', () => {
    const names = [
      ['ada', '<user>'],
      ['ada-laptop', '<host>'],
      ['llm.corp.example', '<server>'],
      ['a.b', '<dotted>'],
    ] as const
    expect(redact('Ada on ADA-laptop reads data from https://llm.corp.example/v1; acb', { ...nothing, names })).toBe(
      '<user> on <host> reads data from https://<server>/v1; acb',
    )
  })

  it('hides keys, credentials and queries by their shape', () => {
    expect(redact('hf_abcdefghijkl https://u:p@h/x?sig=1 postgres://u:p@h/db "https://h/#t" eyJhbGciOi.eyJzdWI', nothing)).toBe(
      '[secret] https://[hidden]@h/x?[hidden] postgres://[hidden]@h/db "https://h/?[hidden]" [secret]',
    )
  })

  it('lets no secret through, whatever stands around it or is part of it', () => {
    const secret = fc.string({ minLength: 5, maxLength: 30, unit: 'grapheme-ascii' }).filter((text) => text.trim() === text)
    fc.assert(
      fc.property(fc.array(secret, { minLength: 1, maxLength: 4 }), fc.string(), (secrets, around) => {
        // What stands in for secrets may itself look like a short one.
        fc.pre(secrets.every((value) => !'[secret][hidden]?@'.includes(value)))
        const text = redact(`${around}${secrets.join(around)}`, { ...nothing, secrets })
        const longest = secrets.toSorted((a, b) => b.length - a.length)[0]!
        expect(text.includes(longest)).toBe(false)
      }),
    )
  })
})

describe('secretsIn', () => {
  it('takes the values of variables that sound secret or are named', () => {
    const environment = {
      HF_TOKEN: ' hf_value ',
      AGENT_API_KEY: 'key-value',
      MY_THING: 'thing-value',
      DB_PASSWORD: 'hunter2',
      KEYBOARD: 'qwerty',
      SSH_AUTH_SOCK: '/run/x',
      EMPTY_TOKEN: '',
      SHORT_TOKEN: '1',
      PATH: '/usr/bin',
      UNSET_TOKEN: undefined,
    } // prettier-ignore
    expect(new Set(secretsIn(environment, ['MY_THING']))).toEqual(
      new Set([' hf_value ', 'hf_value', 'key-value', 'thing-value', 'hunter2', '/run/x']),
    )
  })
})
