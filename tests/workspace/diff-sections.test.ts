import { Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type DiffSection, splitSections } from '../../src/workspace/diff/diff-sections.ts'

const section = (name: string, hunk: string) => `diff --git a/${name} b/${name}\nindex 1..2 100644\n--- a/${name}\n+++ b/${name}\n${hunk}`

const patch = [
  section('a', '@@ -1,2 +1,4 @@\n-diff --git a/x b/x\n+\n+diff --git a/x b/x\n+--- a\n x\n'),
  section('b', '@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n'),
  'diff --git a/c b/c\nold mode 100644\nnew mode 100755\n',
  'diff --git a/d b/d\nindex 1..2\nBinary files a/d and b/d differ\n',
]

async function split(chunks: readonly Buffer[], maxBytes: number): Promise<DiffSection[]> {
  const sections: DiffSection[] = []
  for await (const section of splitSections(Readable.from(chunks), () => maxBytes)) sections.push(section)
  return sections
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  let at = 0
  for (let index = 0; at < bytes.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  return chunks
}

it('cuts a patch the same however it arrives', async () => {
  const whole = await split([Buffer.from(patch.join(''))], 1000)
  expect(whole.map(({ bytes }) => bytes?.toString())).toEqual(patch)
  expect(whole.map(({ header, isBinary }) => [header, isBinary])).toEqual([
    ['diff --git a/a b/a', false],
    ['diff --git a/b b/b', false],
    ['diff --git a/c b/c', false],
    ['diff --git a/d b/d', true],
  ])
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }), async (sizes) => {
      expect(await split(cut(Buffer.from(patch.join('')), sizes), 1000)).toEqual(whole)
    }),
  )
})

it('counts the lines of a file that it does not keep, however it arrives', async () => {
  const body = Array.from({ length: 9000 }, (_, index) => `${'+- '.charAt(index % 3)}--- line ${index}\n`).join('')
  const bytes = Buffer.from(section('large', `@@ -1,6000 +1,6000 @@\n${body}`) + patch[1])
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 50, max: 70_000 }), async (size) => {
      const [large, small] = await split(cut(bytes, [size]), 2000)
      expect(large).toEqual({ header: 'diff --git a/large b/large', bytes: null, isBinary: false, addedLines: 3000, removedLines: 3000 })
      expect(small).toMatchObject({ addedLines: 1, removedLines: 0, bytes: Buffer.from(patch[1]!) })
    }),
    { numRuns: 30 },
  )
})
