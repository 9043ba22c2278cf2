import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { claimLimits, readAnswer, answerSchemaFor } from '../../../src/tasks/review/answer.ts'
import type { UnitOutcome } from '../../../src/tasks/review/ask-units.ts'
import { holdClaims } from '../../../src/tasks/review/claims.ts'
import { confidencesOf } from '../../../src/tasks/review/confidence.ts'

const unit = {
  id: 'a.ts:3',
  path: 'a.ts',
  text: '',
  changedLines: 2,
  shownLines: 2,
  risk: 1,
  anchors: [
    { line: 3, text: '  return user.name' },
    { line: 7, text: 'const admin = "\u202euser"' },
  ],
}

const claim = {
  quote: 'return user.name',
  line: 3,
  trigger: 'the id is unknown',
  effect: 'It throws a TypeError',
  category: 'null',
  severity: 'error',
  title: 'User may be null',
}
const seen = (value: unknown): UnitOutcome => {
  const answer = readAnswer(value)
  return {
    unit,
    status: 'seen',
    malformed: answer?.malformed ?? 0,
    claims: (answer?.claims ?? []).map((one) => ({ ...one, confidence: null })),
  }
}

describe('holdClaims', () => {
  it('turns a claim whose quote stands in the change into a finding', () => {
    expect(holdClaims([seen({ findings: [claim], none: false })], 'scripted').findings).toEqual([
      {
        rule: 'review/null',
        severity: 'error',
        confidence: null,
        title: 'User may be null',
        message: 'It throws a TypeError. Happens when: the id is unknown.',
        region: { path: 'a.ts', startLine: 3, endLine: 3 },
        evidence: '  return user.name',
        source: { kind: 'model', name: 'scripted', rule: 'null' },
        proof: { kind: 'model', detail: 'The model quoted line 3 of the change.' },
        replacement: null,
      },
    ])
  })

  it('counts what it cannot find, and shows nothing of it', () => {
    const invented = { ...claim, quote: 'return user.password' }
    expect(holdClaims([seen({ findings: [invented, claim, { title: 'no quote' }] })], 'm')).toMatchObject({
      findings: [{ title: 'User may be null' }],
      unanchored: 1,
      malformed: 1,
    })
  })

  it('finds a quote in which hidden characters were shown by their names, and keeps the line as it is in the file', () => {
    const quoted = { ...claim, quote: 'const admin = "<U+202E>user"', line: 7 }
    expect(holdClaims([seen({ findings: [quoted] })], 'm').findings[0]?.evidence).toBe('const admin = "\u202euser"')
  })

  it('says nothing of units that were not seen', () => {
    expect(holdClaims([{ unit, status: 'unseen', reason: 'late', error: null }], 'm')).toEqual({
      findings: [],
      unanchored: 0,
      malformed: 0,
    })
  })

  it.each([
    [{ ...claim, title: 'x'.repeat(200) }, 80],
    [{ ...claim, title: '' }, 'It throws a TypeError'.length],
  ])('keeps titles short, and takes one from the effect where there is none', (raw, length) => {
    expect(holdClaims([seen({ findings: [raw] })], 'm').findings[0]?.title).toHaveLength(length)
  })

  it('makes control characters of the model visible', () => {
    const [finding] = holdClaims([seen({ findings: [{ ...claim, title: 'a\u001b[31mb\r\nc' }] })], 'm').findings
    expect(finding?.title).toBe('a␛[31mb c')
  })
})

describe('readAnswer', () => {
  it.each([
    ['an envelope', { findings: [claim], none: false }, 1],
    ['a bare list', [claim], 1],
    ['an explicit none', { none: true }, 0],
    ['an empty list', { findings: [], none: true }, 0],
    ['six claims', { findings: Array.from({ length: 6 }, () => claim) }, 5],
  ])('reads %s', (_name, value, count) => {
    expect(readAnswer(value)?.claims).toHaveLength(count)
  })

  it.each([[{}], [{ none: false }], ['text'], [null], [{ findings: 'many' }]])('takes %j for no answer', (value) => {
    expect(readAnswer(value)).toBeUndefined()
  })

  it('understands other words for severities, categories with a prefix and lines written as text', () => {
    const answer = readAnswer([
      { ...claim, severity: 'Critical', category: 'review/async', line: 'L12' },
      { ...claim, severity: 'huge', category: 'misc', line: {} },
    ])
    expect(answer?.claims.map(({ severity, category, line }) => [severity, category, line])).toEqual([
      ['error', 'async', 12],
      ['warning', 'logic', null],
    ])
  })

  it('never throws, whatever a model writes', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void readAnswer({ findings: [value, value] })))
  })
})

describe('answerSchemaFor', () => {
  it('bounds every text and enumerates every anchor', () => {
    const schema = JSON.stringify(answerSchemaFor({ lines: [3, 7], categories: ['null'], maxClaims: 5 }))
    expect(schema).toContain('"enum":[3,7]')
    expect(schema.match(/"maxLength"/g)).toHaveLength(Object.keys(claimLimits).length)
  })
})

describe('confidencesOf', () => {
  const token = (text: string, probability: number) => ({ text, logprob: Math.log(probability) })

  it('takes the mean probability of the tokens of each claim', () => {
    const tokens = [
      token('{"findings":[{', 0.1),
      token('"quote":', 1),
      token('"a"', 0.25),
      token('},{', 1),
      token('"quote":"b"', 0.5),
      token('}]}', 0.5),
    ]
    expect(confidencesOf(tokens, 2)).toEqual([0.63, 0.5])
  })

  it.each([
    [undefined, 1],
    [[token('{"findings":[]}', 1)], 1],
    [[token('"quote":1', 1)], 0],
  ])('says nothing where it does not know', (tokens, claims) => {
    expect(confidencesOf(tokens, claims)).toEqual(Array.from({ length: claims }, () => null))
  })
})
