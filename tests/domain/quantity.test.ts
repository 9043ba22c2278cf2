import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration, formatSize, parseDuration, parseSize, parseTimeout } from '../../src/domain/quantity.ts'
import { durationSchema, sizeSchema, timeoutSchema } from '../../src/domain/quantity-schema.ts'

describe('durations', () => {
  it.each([
    ['250ms', 250],
    ['10s', 10_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1h 30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['2w', 1_209_600_000],
    ['90d', 7_776_000_000],
    ['1m500ms', 60_500],
    ['0s', 0],
  ])('reads %s as %d milliseconds', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds)
  })

  it.each([
    '',
    ' ',
    '5',
    '300',
    '-5m',
    '5 m',
    '5M',
    '30m1h',
    '5m5m',
    '1e3s',
    '5m ',
    '.5h',
    '5.h',
    'm',
    'five',
    '5min',
    '٣s',
    `${'9'.repeat(40)}w`,
  ])('does not guess what %j means', (text) => {
    expect(parseDuration(text)).toBeUndefined()
  })

  it('refuses as a timer what Node would fire at once', () => {
    expect(['24d', '24d1ms', '25d', '0s', '1ms'].map(parseTimeout)).toEqual([2_073_600_000, undefined, undefined, undefined, 1])
  })

  it('reads back what it writes', () => {
    fc.assert(fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (value) => parseDuration(formatDuration(value)) === value))
  })

  it('never throws, and gives only whole numbers that are not negative', () => {
    const pieces = fc
      .array(fc.constantFrom('1', '0', '.', 'w', 'd', 'h', 'm', 's', 'ms', ' ', '-', 'x'), { maxLength: 12 })
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.oneof(pieces, fc.string()), (text) => {
        const value = parseDuration(text)
        return value === undefined || (Number.isSafeInteger(value) && value >= 0)
      }),
    )
  })

  it('says what is allowed', () => {
    expect(durationSchema.parse('90d')).toBe(7_776_000_000)
    expect(timeoutSchema.safeParse('25d').error?.issues[0]?.message).toContain('of at most 24d')
    expect(timeoutSchema.safeParse(300).success).toBe(false)
  })
})

describe('sizes', () => {
  it.each([
    ['500mb', 524_288_000],
    ['500MB', 524_288_000],
    ['2g', 2_147_483_648],
    ['2GiB', 2_147_483_648],
    ['512k', 524_288],
    ['1.5k', 1536],
    ['7b', 7],
    ['1 tb', 1_099_511_627_776],
  ])('reads %s as %d bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes)
  })

  it.each(['', '500', '-2g', 'g', '2gg', '2ib', '1e3m', '2 g b', `${'9'.repeat(40)}t`])('does not guess what %j means', (text) => {
    expect(parseSize(text)).toBeUndefined()
  })

  it('reads back what it writes', () => {
    fc.assert(fc.property(fc.nat({ max: Number.MAX_SAFE_INTEGER }), (value) => parseSize(formatSize(value)) === value))
  })

  it('writes the unit people would', () => {
    expect([0, 1, 1024, 524_288_000, 2_147_483_648].map(formatSize)).toEqual(['0b', '1b', '1kb', '500mb', '2gb'])
  })

  it('is text on the outside and a number on the inside', () => {
    expect(sizeSchema.parse('2g')).toBe(2_147_483_648)
    expect(sizeSchema.safeParse('2 apples').success).toBe(false)
  })
})
