import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { comparePaths, pathBytes, pathText } from '../../src/workspace/path-bytes.ts'
import { quotePath, unquotePath } from '../../src/workspace/quoted-path.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'

const odd = fc.constantFrom(
  ...['é', '漢', '🙂', '\ufeff', '\ufffd', 'a', '/', '\xe9'].map((text) => Buffer.from(text)),
  Buffer.of(0xe9),
  Buffer.of(0xf0, 0x9f),
  Buffer.of(0xed, 0xb3, 0xa9),
)
const name = fc
  .array(
    fc.oneof(
      odd,
      fc.uint8Array({ minLength: 1, maxLength: 4, min: 1 }).map((bytes) => Buffer.from(bytes)),
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((parts) => Buffer.concat(parts))

describe('the text of a path', () => {
  it('leads back to its bytes, whatever they are', () => {
    fc.assert(
      fc.property(name, (bytes) => {
        expect(pathBytes(pathText(bytes))).toEqual(bytes)
      }),
      { numRuns: 2000 },
    )
  })

  it('is itself where it is valid UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(pathText(Buffer.from(text))).toBe(text)
      }),
    )
  })

  it('is ordered as git orders names', () => {
    expect(['b', 'a/b', 'a.b', 'é', '🙂', '\uffee', 'Z'].toSorted(comparePaths)).toEqual(['Z', 'a.b', 'a/b', 'b', 'é', '\uffee', '🙂'])
  })
})

describe('a quoted name', () => {
  it('leads back to its bytes, and to what follows it', () => {
    fc.assert(
      fc.property(name, (bytes) => {
        const quoted = quotePath(bytes)
        const rest = ' "b/next"'
        const plain = { name: Buffer.from(quoted, 'latin1'), rest }
        expect(quoted.startsWith('"') ? unquotePath(quoted + rest) : plain).toEqual({ name: bytes, rest })
      }),
      { numRuns: 2000 },
    )
  })

  it('is written as git writes it', () => {
    using repository = temporaryRepository()
    const blob = repository.gitBytes(['hash-object', '-w', '--stdin'], { input: '' }).toString().trim()
    const names = Array.from({ length: 255 }, (_, index) => Buffer.of(index + 1, 0x78)).filter(
      (bytes) => bytes[0] !== 0x2f && bytes[0] !== 0x2e,
    )
    const input = Buffer.concat(names.flatMap((bytes) => [Buffer.from(`100644 ${blob}\t`), bytes, Buffer.of(0)]))
    repository.gitBytes(['update-index', '-z', '--index-info'], { input })
    const listed = repository.gitBytes(['-c', 'core.quotePath=true', 'ls-files']).toString('latin1').trim().split('\n')
    expect(names.toSorted((a, b) => Buffer.compare(a, b)).map(quotePath)).toEqual(listed)
  })

  it.each(['plain', '"open', '"bad \\q"', '"short \\12"', '"end\\'])('is none in %j', (text) => {
    expect(unquotePath(text)).toBeNull()
  })
})
