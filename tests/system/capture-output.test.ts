import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { captureOutput } from '../../src/system/capture-output.ts'

describe('captureOutput', () => {
  it('puts characters together however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.nat({ max: 5 })), (text, cuts) => {
        const output = captureOutput(1e6, () => {})
        let rest = Buffer.from(text)
        for (const cut of cuts) {
          output.stdout(rest.subarray(0, cut))
          rest = rest.subarray(cut)
        }
        output.stdout(rest)
        expect(output.texts()).toEqual({ stdout: Buffer.from(text).toString('utf8'), stderr: '' })
      }),
    )
  })

  it('keeps no more bytes than allowed, tells once, and cuts no character in two', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 60 }),
        fc.array(fc.tuple(fc.boolean(), fc.string({ unit: fc.constantFrom('a', 'ä', '😀') }))),
        (limit, writes) => {
          let told = 0
          const output = captureOutput(limit, () => told++)
          for (const [isError, text] of writes) output[isError ? 'stderr' : 'stdout'](Buffer.from(text))
          const { stdout, stderr } = output.texts()
          const all = Buffer.byteLength(writes.map(([, text]) => text).join(''))
          expect(told).toBe(all > limit ? 1 : 0)
          expect(Buffer.byteLength(stdout + stderr)).toBeLessThanOrEqual(limit)
          expect(stdout + stderr).not.toContain('\ufffd')
        },
      ),
    )
  })

  it('shows what is no text as such', () => {
    const output = captureOutput(10, () => {})
    output.stderr(Buffer.from([0x61, 0xff, 0xef, 0xbb, 0xbf]))
    expect(output.texts().stderr).toBe('a\ufffd\ufeff')
  })
})
