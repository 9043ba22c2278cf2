import fc from 'fast-check'
import { expect, it } from 'vitest'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { everything, readAndCompare, inWorkspace } from './read-with.ts'

/** Pieces that have broken one parser of diffs or another. */
const pieces = [
  'a',
  'b',
  'word',
  '-',
  '+',
  ' ',
  '\\',
  '@@ -1 +1 @@',
  '--- a',
  '+++ b',
  'diff --git a/x b/x',
  'Binary files a and b differ',
  '\r',
  '\f',
  '\v',
  '\t',
  '\x01',
  '\u0085',
  '\u2028',
  '\u2029',
  '\ufeff',
  '漢',
  '🙂',
  'No newline at end of file',
].map((text) => Buffer.from(text))

const line = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.uint8Array({ minLength: 1, maxLength: 3 }).map(withoutNewline)), {
  maxLength: 4,
})
const content = fc
  .tuple(fc.array(line, { maxLength: 25 }), fc.boolean())
  .map(([lines, ends]) =>
    Buffer.concat([
      ...lines.flatMap((parts, index) => [...(index > 0 ? [Buffer.from('\n')] : []), ...parts]),
      Buffer.from(ends ? '\n' : ''),
    ]),
  )

/** No newline, which would make it two lines, and no NUL, which would make it binary. */
function withoutNewline(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.map((byte) => (byte === 10 || byte === 0 ? 35 : byte)))
}

/** A history of one file: each version keeps some lines of the one before. */
const edit = fc.record({ at: fc.nat(40), drop: fc.nat(5), insert: content })

function apply(before: Buffer, { at, drop, insert }: { at: number; drop: number; insert: Buffer }): Buffer {
  const lines = before.toString('latin1').split('\n')
  lines.splice(Math.min(at, lines.length), drop, insert.toString('latin1'))
  return Buffer.from(lines.join('\n'), 'latin1')
}

it('reads random histories of odd lines as git does, from commits and from the index', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(content, { minLength: 1, maxLength: 12 }),
      fc.array(edit, { minLength: 1, maxLength: 12 }),
      async (files, edits) => {
        using repository = temporaryRepository()
        for (const [index, bytes] of files.entries()) repository.write(`${index}.txt`, bytes)
        repository.stage()
        const first = repository.commit()
        for (const [index, bytes] of files.entries()) {
          const own = edits.filter((_, number) => number % files.length === index)
          repository.write(`${index}.txt`, own.reduce(apply, bytes))
        }
        repository.stage()
        expect((await readAndCompare(repository, { kind: 'staged' }, ['--cached', 'HEAD'])).problems).toEqual([])
        const second = repository.commit()
        expect((await readAndCompare(repository, { kind: 'commit', rev: second }, [first, second])).problems).toEqual([])
      },
    ),
    { numRuns: 40 },
  )
})

it('shows a new file the same before and after it is added', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(content, { minLength: 1, maxLength: 8 }), async (files) => {
      using repository = temporaryRepository({ files: { '.gitignore': '' } })
      for (const [index, bytes] of files.entries()) repository.write(`${index}.txt`, bytes)
      await inWorkspace(repository, async (workspace) => {
        const untracked = await workspace.readChange({ kind: 'uncommitted' }, everything)
        repository.stage()
        const tracked = await workspace.readChange({ kind: 'uncommitted' }, everything)
        expect(untracked.files).toEqual(tracked.files)
      })
    }),
    { numRuns: 25 },
  )
})
