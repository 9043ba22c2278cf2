import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRawEntries } from '../../src/workspace/diff/raw-entry.ts'
import { readDiff } from '../../src/workspace/diff/read-diff.ts'
import { createGit, type Git } from '../../src/workspace/git.ts'
import { defaultLimits } from '../../src/workspace/workspace.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { everything, inWorkspace } from './read-with.ts'

const options = { ...everything, limits: defaultLimits }

/** A git whose diff is this output, in pieces. */
function replaying(output: Buffer, sizes: readonly number[]): Git {
  const git = createGit('/', {})
  return {
    ...git,
    async *stream() {
      for (let at = 0, index = 0; at < output.length; index += 1) {
        const size = sizes[index % sizes.length] ?? 1
        yield output.subarray(at, at + size)
        at += size
      }
    },
  }
}

describe('the output of git diff', () => {
  it('is read the same however it arrives', async () => {
    using repository = temporaryRepository({ files: { 'a.txt': 'a\n', 'b\n.txt': 'b\n', 'c.txt': 'c\n' } })
    repository.stage({ 'a.txt': 'A\n', 'b\n.txt': 'B\n', 'd.txt': '' })
    repository.git('update-index', '--chmod=+x', 'c.txt')
    const git = createGit(repository.root, repository.environment)
    const whole = await readDiff(git, ['--cached'], options)
    const chunks: Buffer[] = []
    const recording: Git = {
      ...git,
      async *stream(...call) {
        for await (const chunk of git.stream(...call)) {
          chunks.push(chunk)
          yield chunk
        }
      },
    }
    await readDiff(recording, ['--cached'], options)
    expect(whole.map(({ file }) => file.path)).toEqual(['a.txt', 'b\n.txt', 'c.txt', 'd.txt'])
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 }), async (sizes) => {
        expect(await readDiff(replaying(Buffer.concat(chunks), sizes), [], options)).toEqual(whole)
      }),
      { numRuns: 300 },
    )
  })

  const entry = (path: string) => `:100644 100644 ${'1'.repeat(40)} ${'2'.repeat(40)} M\0${path}\0`

  it('is refused when the patch is about another file than the list', async () => {
    const output = Buffer.from(`${entry('a')}\0diff --git a/b b/b\nindex 1..2 100644\n`)
    await expect(readDiff(replaying(output, [100]), [], options)).rejects.toMatchObject({ code: 'GIT_FAILED' })
  })

  it('may have no patch at all', async () => {
    const [draft] = await readDiff(replaying(Buffer.from(entry('a')), [7]), [], options)
    expect(draft?.file).toMatchObject({ path: 'a', hunks: [], omitted: null })
    expect(await readDiff(replaying(Buffer.alloc(0), [1]), [], options)).toEqual([])
  })

  it.each([[entry('a').slice(0, -1)], [entry('a').replace(' M', ' Q')], [':100644 nonsense\0a\0']])(
    'is refused when its list is %j',
    (list) => {
      expect(() => parseRawEntries(Buffer.from(list))).toThrow(expect.objectContaining({ code: 'GIT_FAILED' }))
    },
  )
})

it('asks git three times for a staged change', async () => {
  using repository = temporaryRepository({ files: { 'a.txt': 'a\n' } })
  repository.stage({ 'a.txt': 'b\n' })
  const folder = join(repository.root, '../bin')
  const log = join(folder, 'log')
  const real = repository.gitBytes(['--exec-path']).toString().trim()
  mkdirSync(folder)
  writeFileSync(join(folder, 'git'), `#!/bin/sh\necho "$*" >> '${log}'\nexec '${real}/git' "$@"\n`)
  chmodSync(join(folder, 'git'), 0o755)
  const environment = { ...repository.environment, PATH: `${folder}:${repository.environment.PATH}` }
  const change = await inWorkspace(repository, (workspace) => workspace.readChange({ kind: 'staged' }, everything), { environment })
  expect(change.files).toHaveLength(1)
  const calls = readFileSync(log, 'utf8').trim().split('\n')
  // Two of them run side by side, in either order.
  const asked = calls.map((call) => /\b(rev-parse|diff|cat-file)\b(?= -)/.exec(call)?.[1] ?? '')
  expect(asked.toSorted()).toEqual(['diff', 'rev-parse', 'rev-parse'])
})
