import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePushedRefs, readPushedRefs } from '../../../src/commands/hooks/pushed-refs.ts'

const [one, two, none] = ['1', '2', '0'].map((digit) => digit.repeat(40)) as [string, string, string]
const quiet = new AbortController().signal

describe('what git writes to a pre-push hook', () => {
  it('is read whatever a ref is called, a local one with spaces too', () => {
    const id = fc.oneof(
      fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdef')), minLength: 40, maxLength: 40 }),
      fc.constant(none),
    )
    const local = fc.string({ minLength: 1 }).filter((text) => !/[\n\r]/.test(text))
    const remote = fc.string({ minLength: 1 }).filter((text) => !/\s/.test(text))
    fc.assert(
      fc.property(fc.array(fc.tuple(local, id, remote, id)), (lines) => {
        const text = lines.map((line) => `${line.join(' ')}\n`).join('')
        const expected = lines
          .filter(([, ours]) => ours !== none)
          .map(([, ours, , theirs]) => ({ local: ours, remote: theirs === none ? null : theirs }))
        expect(parsePushedRefs(text)).toEqual(expected)
      }),
    )
  })

  it.each([
    ['nothing', '', []],
    ['a deletion', `(delete) ${none} refs/heads/old ${one}\n`, []],
    ['a new branch', `refs/heads/a ${one} refs/heads/a ${none}\n`, [{ local: one, remote: null }]],
    ['line ends of Windows', `refs/heads/a ${one} refs/heads/a ${two}\r\n`, [{ local: one, remote: two }]],
    ['a line that does not end', `refs/heads/a ${one} refs/heads/a ${two}`, []],
  ])('may be %s', (_what, text, refs) => expect(parsePushedRefs(text)).toEqual(refs))

  it('is refused where git did not write it', () => {
    expect(() => parsePushedRefs('rm -rf /\n')).toThrow('"rm -rf /" is no line that git writes')
  })

  it('is waited for only so long where nobody closes the pipe, and counts as far as it came', async () => {
    const stdin = new PassThrough()
    stdin.write(`refs/heads/a ${one} refs/heads/a ${none}\nrefs/heads/b ${two}`)
    expect(await readPushedRefs(stdin, quiet)).toEqual([{ local: one, remote: null }])
    expect(stdin.destroyed).toBe(true)
  })

  it('is not waited for at a terminal', async () => {
    expect(await readPushedRefs(Object.assign(new PassThrough(), { isTTY: true }), quiet)).toEqual([])
  })

  it('is not read on after an interruption', async () => {
    const interrupted = AbortSignal.abort(130)
    await expect(readPushedRefs(new PassThrough(), interrupted)).rejects.toBe(130)
  })

  it('is not taken in without an end', async () => {
    const stdin = new PassThrough({ highWaterMark: 2 ** 24 })
    stdin.end('x'.repeat(5 * 2 ** 20))
    await expect(readPushedRefs(stdin, quiet)).rejects.toThrow('more refs than a push can have')
  })

  it('fails as the pipe does', async () => {
    const stdin = new PassThrough()
    stdin.destroy(new Error('EIO'))
    await expect(readPushedRefs(stdin, quiet)).rejects.toThrow('EIO')
  })
})
