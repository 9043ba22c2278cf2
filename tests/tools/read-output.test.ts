import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createOutputs } from '../../src/tools/outputs.ts'
import { readOutput } from '../../src/tools/read-output.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { toolContract } from './contract.ts'
import { toolContext } from './tool-context.ts'

const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index + 1}`).join('\n')

toolContract(readOutput, {
  files: {},
  input: { id: 'output-1', start_line: 3, line_count: 2 },
  before: async ({ outputs }) => outputs.read('output-1') ?? outputs.shorten(lines(5000)),
})

async function read(text: string, input: Record<string, unknown> = {}, maxCharacters = 2000) {
  using repository = temporaryRepository()
  const outputs = createOutputs({ maxCharacters })
  outputs.shorten(text)
  return (await readOutput.run(readOutput.input.parse({ id: 'output-1', ...input }), toolContext(repository, { outputs }))).text
}

describe('a long result', () => {
  it('is left alone when it is short', () => {
    expect(createOutputs({ maxCharacters: 20 }).shorten('a'.repeat(20))).toBe('a'.repeat(20))
  })

  it('keeps its beginning and its end in whole lines, and says how to read the rest', () => {
    const outputs = createOutputs({ maxCharacters: 400 })
    expect(outputs.shorten(lines(1000))).toBe(
      `${lines(13)}\n[8,662 characters of 8,892 are left out here. To read them: read_output with id "output-1" and start_line 14]\n${Array.from({ length: 15 }, (_, index) => `line ${986 + index}`).join('\n')}`,
    )
    expect(outputs.read('output-1')).toBe(lines(1000))
  })

  it('never grows over the limit, and loses no more than it says', () => {
    const text = fc.array(fc.string({ unit: 'grapheme', maxLength: 120 }), { maxLength: 80 }).map((parts) => parts.join('\n'))
    fc.assert(
      fc.property(text, fc.integer({ min: 300, max: 3000 }), (whole, maxCharacters) => {
        const short = createOutputs({ maxCharacters }).shorten(whole)
        expect(short.length).toBeLessThanOrEqual(maxCharacters)
        if (short === whole) return
        const [, head = '', missing = '', tail = ''] = /^(.*?)\n?\[([\d,]+) characters of [^\]]*\]\n(.*)$/s.exec(short) ?? []
        expect(whole.startsWith(head)).toBe(true)
        expect(whole.endsWith(tail)).toBe(true)
        expect(Math.abs(head.length + tail.length + Number(missing.replaceAll(',', '')) - whole.length)).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('of one line keeps its two ends', () => {
    const short = createOutputs({ maxCharacters: 300 }).shorten(`${'a'.repeat(5000)}z`)
    expect(short).toMatch(/^a{56}\n\[4,861 characters of 5,001 .* and start_line 1\]\na{83}z$/)
  })

  it('does not cut a character in two', () => {
    const short = createOutputs({ maxCharacters: 301 }).shorten('🙂'.repeat(2000))
    expect(short.isWellFormed()).toBe(true)
  })

  it('is forgotten when there are too many of them', () => {
    const outputs = createOutputs({ maxCharacters: 200 })
    for (let count = 0; count < 5; count++) outputs.shorten('x'.repeat(10 * 2 ** 20))
    expect([1, 2, 3, 4, 5].map((id) => outputs.read(`output-${id}`) !== null)).toEqual([false, false, true, true, true])
  })
})

describe('read_output', () => {
  it('reads lines and says how to go on', async () => {
    expect(await read(lines(5000), { start_line: 40, line_count: 2 })).toBe(
      'output-1, lines 40-41 of 5,000:\nline 40\nline 41\n[4,959 more lines. To go on: start_line 42]',
    )
  })

  it('reads as much as fits, so that its own result is not shortened', async () => {
    const text = await read(lines(5000))
    expect(text.length).toBeLessThan(2000)
    expect(text).toContain('To go on: start_line')
  })

  it('reads to the end', async () => {
    expect(await read(lines(500), { start_line: 499 })).toBe('output-1, lines 499-500 of 500:\nline 499\nline 500')
  })

  it('cuts a line that is longer than a result', async () => {
    expect(await read('y'.repeat(9000), {}, 500)).toBe(`output-1, lines 1-1 of 1:\n${'y'.repeat(300)}…`)
  })

  it.each([
    [{ id: 'output-9' }, 'There is no result "output-9". Only a result that was shortened has an id.'],
    [{ start_line: 501 }, 'output-1 has 500 lines; line 501 is not there.'],
  ])('refuses %j', async (input, message) => {
    await expect(read(lines(500), input)).rejects.toThrow(message)
  })
})
