import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { deleteFile } from '../../src/tools/delete-file.ts'
import { gitBlame } from '../../src/tools/git-blame.ts'
import { gitDiff } from '../../src/tools/git-diff.ts'
import { listFiles } from '../../src/tools/list-files.ts'
import { moveFile } from '../../src/tools/move-file.ts'
import { readFile } from '../../src/tools/read-file.ts'
import { runCommand } from '../../src/tools/run-command.ts'
import { search } from '../../src/tools/search.ts'
import type { Tool, ToolContext } from '../../src/tools/tool.ts'
import { writeFile } from '../../src/tools/write-file.ts'
import { type TemporaryRepository, temporaryRepository } from '../helpers/git-repository.ts'
import { checkoutOf, toolContext, treeOf } from './tool-context.ts'

const canary = 'canary-51d0'

/** A folder beside the repository with what nobody may see or change, and in the repository secrets that nobody may see. */
function prepare(repository: TemporaryRepository): string {
  const outside = join(dirname(repository.root), 'outside')
  mkdirSync(join(outside, 'deep'), { recursive: true })
  for (const name of ['a.txt', 'deep/a.txt', '.env', 'new.txt.d']) writeFileSync(join(outside, name), `${canary}\n`)
  for (const name of ['.env', 'keys/id_rsa']) repository.write(name, `${canary}\n`)
  return outside
}

interface Arrangement {
  name: string
  /** Makes the links; gets the folder outside. */
  arrange: (root: string, outside: string) => void
  /** Paths that lead out, or to what is protected. */
  paths: readonly string[]
}

const link = (target: string, path: string) => symlinkSync(target, path)

const arrangements: readonly Arrangement[] = [
  {
    name: 'a link to a file outside',
    arrange: (root, outside) => link(join(outside, 'a.txt'), join(root, 'l')),
    paths: ['l', './l', 'src/../l'],
  },
  { name: 'a relative link to a file outside', arrange: (root) => link('../outside/a.txt', join(root, 'l')), paths: ['l'] },
  {
    name: 'a link to a folder outside',
    arrange: (root, outside) => link(outside, join(root, 'l')),
    paths: ['l/a.txt', 'l/deep/a.txt', 'l', 'l/new.txt'],
  },
  {
    name: 'a relative link to a folder outside',
    arrange: (root) => link('../outside', join(root, 'l')),
    paths: ['l/a.txt', 'l/deep', 'l/gone/new.txt'],
  },
  {
    name: 'a link in a folder that leads far up',
    arrange: (root) => link('../../outside', join(root, 'src/l')),
    paths: ['src/l/a.txt', 'src/l/deep/new.txt'],
  },
  { name: 'a link to the parent', arrange: (root) => link('..', join(root, 'l')), paths: ['l/outside/a.txt', 'l/outside/new.txt', 'l'] },
  {
    name: 'a link to the root of the disk',
    arrange: (root) => link('/', join(root, 'l')),
    paths: ['l/etc/passwd', 'l/proc/self/environ', 'l/tmp/new.txt'],
  },
  {
    name: 'a link to a process',
    arrange: (root) => link('/proc/self', join(root, 'l')),
    paths: ['l/environ', 'l/cwd/a.txt', 'l/root/etc/passwd', 'l/fd/0'],
  },
  { name: 'a link to a device', arrange: (root) => link('/dev/zero', join(root, 'l')), paths: ['l'] },
  {
    name: 'a chain of links',
    arrange: (root, outside) => {
      link('two', join(root, 'one'))
      link('src/three', join(root, 'two'))
      link(outside, join(root, 'src/three'))
    },
    paths: ['one/a.txt', 'two/a.txt', 'src/three/a.txt', 'one/new.txt'],
  },
  {
    name: 'a link that leaves and comes back',
    arrange: (root) => link('../outside/../repository/src', join(root, 'l')),
    paths: ['l/a.ts', 'l/new.txt'],
  },
  {
    name: 'a link through a link and up',
    arrange: (root) => {
      link('src/deep', join(root, 'down'))
      link('down/../../../outside', join(root, 'l'))
    },
    paths: ['l/a.txt', 'l/new.txt'],
  },
  {
    name: 'a link to an absolute path that begins like the root',
    arrange: (root) => link(`${root}/../outside`, join(root, 'l')),
    paths: ['l/a.txt'],
  },
  {
    name: 'a link to a sibling whose name begins like the root',
    arrange: (root) => {
      mkdirSync(`${root}-more`)
      writeFileSync(`${root}-more/a.txt`, canary)
      link(`${root}-more`, join(root, 'l'))
    },
    paths: ['l/a.txt', 'l/new.txt'],
  },
  { name: 'a link to a secret', arrange: (root) => link('.env', join(root, 'notes.txt')), paths: ['notes.txt'] },
  { name: 'a link to a folder with a secret', arrange: (root) => link('keys', join(root, 'l')), paths: ['l/id_rsa'] },
  {
    name: 'a link to a secret through another',
    arrange: (root) => {
      link('.env', join(root, 'src/one'))
      link('src/one', join(root, 'two'))
    },
    paths: ['two', 'src/one'],
  },
  {
    name: "a link to git's directory",
    arrange: (root) => link('.git', join(root, 'l')),
    paths: ['l/config', 'l/HEAD', 'l/hooks/pre-commit', 'l'],
  },
  { name: "a link into git's directory", arrange: (root) => link('../.git/config', join(root, 'src/l')), paths: ['src/l'] },
  {
    name: "an absolute link to git's directory",
    arrange: (root) => link(join(root, '.git'), join(root, 'l')),
    paths: ['l/config', 'l/new'],
  },
  { name: 'a link that leads nowhere yet', arrange: (root) => link('../outside/new.txt', join(root, 'l')), paths: ['l'] },
  { name: 'a link to itself', arrange: (root) => link('l', join(root, 'l')), paths: ['l', 'l/a.txt'] },
  {
    name: 'a link with dots and slashes',
    arrange: (root) => link('.././/../repository/..//outside/./a.txt', join(root, 'l')),
    paths: ['l'],
  },
  { name: 'a link with an invisible name', arrange: (root, outside) => link(outside, join(root, 'l\u200b')), paths: ['l\u200b/a.txt'] },
  { name: 'a pipe', arrange: (root) => execFileSync('mkfifo', [join(root, 'l')]), paths: ['l'] },
]

/** Every tool that takes a path, with what it may be made to do. */
const attempts: readonly { tool: Tool; inputs: (path: string) => Record<string, unknown>[]; mayAnswer?: boolean }[] = [
  { tool: readFile, inputs: (path) => [{ path }] },
  { tool: writeFile, inputs: (path) => [{ path, content: 'overwritten\n' }] },
  {
    tool: moveFile,
    inputs: (path) => [
      { from: path, to: 'moved.txt' },
      { from: 'src/a.ts', to: path },
    ],
  },
  { tool: deleteFile, inputs: (path) => [{ path }] },
  { tool: search, inputs: (path) => [{ pattern: 'canary|root', folder: path }] },
  { tool: listFiles, inputs: (path) => [{ folder: path }] },
  { tool: runCommand, inputs: (directory) => [{ command: 'cat a.txt; echo written > new.txt', directory }] },
  { tool: gitBlame, inputs: (path) => [{ path }] },
  // Of a link that is there, git shows where it leads, which is text of the repository.
  { tool: gitDiff, inputs: (path) => [{ path }], mayAnswer: true },
]

async function answerOf(tool: Tool, input: Record<string, unknown>, context: ToolContext): Promise<string> {
  return tool.run(tool.input.parse(input), context).then(
    ({ text }) => `answered: ${text}`,
    (error: Error) => `refused: ${error.message}`,
  )
}

describe.each(['linux', 'darwin'] as const)('links, as on %s', (platform) => {
  it.each(arrangements.map((arrangement) => [arrangement.name, arrangement] as const))(
    'no tool goes through %s',
    async (_name, { arrange, paths }) => {
      using repository = temporaryRepository({ files: { 'src/a.ts': 'one\n', 'src/deep/b.ts': 'two\n' } })
      const outside = prepare(repository)
      arrange(repository.root, outside)
      const context = toolContext(repository, { checkout: checkoutOf(repository, { platform }) })
      const before = treeOf(dirname(repository.root))
      for (const { tool, inputs, mayAnswer = false } of attempts) {
        for (const input of paths.flatMap(inputs)) {
          const answer = await answerOf(tool, input, context)
          const found = { tool: tool.name, input, answer }
          expect(found).not.toEqual({
            ...found,
            answer: expect.stringMatching(/canary-51d0|root:|HOME=|repositoryformatversion|overwritten/),
          })
          if (!mayAnswer) expect(found).toEqual({ ...found, answer: expect.stringMatching(/^refused: .{10,}/s) })
        }
      }
      expect(treeOf(dirname(repository.root))).toEqual(before)
    },
  )

  it('no search or diff of everything shows what lies behind one', async () => {
    using repository = temporaryRepository({ files: { 'src/a.ts': 'one\n', 'tracked/a.txt': 'one\n' } })
    const outside = prepare(repository)
    for (const { arrange, name } of arrangements.filter(({ paths }) => paths.includes('l'))) {
      execFileSync('rm', ['-rf', join(repository.root, 'l')])
      if (!/pipe|device/.test(name)) arrange(repository.root, outside)
    }
    // A folder that git tracks, exchanged for one outside with the same names in it.
    execFileSync('rm', ['-rf', join(repository.root, 'tracked')])
    link(outside, join(repository.root, 'tracked'))
    const context = toolContext(repository, { checkout: checkoutOf(repository, { platform }) })
    for (const [tool, input] of [
      [search, { pattern: 'canary' }],
      [gitDiff, {}],
      [gitBlame, { path: 'tracked/a.txt' }],
      [listFiles, { folder: 'tracked' }],
    ] as const) {
      const answer = await answerOf(tool as Tool, input, context)
      expect({ tool: tool.name, answer }).not.toEqual({ tool: tool.name, answer: expect.stringContaining(canary) })
    }
  })
})

describe('a file with more than one name', () => {
  it('is changed under one of them only', async () => {
    using repository = temporaryRepository()
    const outside = prepare(repository)
    linkSync(join(outside, 'a.txt'), join(repository.root, 'a.txt'))
    const context = toolContext(repository)
    const before = treeOf(outside)
    await readFile.run({ path: 'a.txt', start_line: 1, line_count: 1 }, context)
    await writeFile.run({ path: 'a.txt', content: 'new\n' }, context)
    await deleteFile.run({ path: 'a.txt' }, context)
    expect(treeOf(outside)).toEqual(before)
  })
})

/** Of exchanges while tools work. */
const attemptsPerRace = process.env.SOAK === '1' ? 2000 : 100

/** Counts what came of attempts that may each fail. */
function tally() {
  const seen: string[] = []
  const note = async (work: Promise<unknown>) => {
    seen.push(await work.then(String, (error: Error) => error.message))
  }
  return { seen, note }
}

/** A repository with a folder and a file that are about to be exchanged for links. */
function raceIn(repository: TemporaryRepository) {
  const outside = prepare(repository)
  link('../outside', join(repository.root, 'link'))
  link('../outside/a.txt', join(repository.root, 'linked.txt'))
  return { outside, before: treeOf(outside) }
}

const raced = { 'inside/deep/a.txt': 'inside\n', 'b.txt': 'inside\n' }

/** The race was one: some of the attempts found the folder, and some the link. */
function expectBoth(seen: readonly string[]): void {
  expect(seen.filter((answer) => /^(inside\n|undefined)$/.test(answer)).length).toBeGreaterThan(0)
  expect(seen.filter((answer) => /link|exchanged|leads out/.test(answer)).length).toBeGreaterThan(0)
}

describe('links that appear between check and use', () => {
  it.skipIf(process.platform !== 'linux')('lead no tool out of the repository', { timeout: 600_000 }, async () => {
    using repository = temporaryRepository({ files: raced })
    const { outside, before } = raceIn(repository)
    const checkout = checkoutOf(repository)
    const { seen, note } = tally()
    using _exchanger = exchanging(repository.root)
    for (let count = 0; count < attemptsPerRace; count++) {
      await Promise.all([
        note(checkout.read('inside/deep/a.txt')),
        note(checkout.read('inside/a.txt')),
        note(checkout.read('b.txt')),
        note(checkout.write(`inside/deep/new${count % 3}.txt`, Buffer.from('overwritten'))),
        note(checkout.write(`inside/made${count}/new.txt`, Buffer.from('overwritten'))),
        note(checkout.write('b.txt', Buffer.from('inside\n'))),
        note(checkout.remove('inside/a.txt')),
        note(checkout.move(`inside/deep/new${count % 3}.txt`, `inside/moved${count}.txt`)),
      ])
    }
    expect(seen.filter((answer) => answer.includes(canary))).toEqual([])
    expect(treeOf(outside)).toEqual(before)
    expectBoth(seen)
  })

  // Without descriptors of folders, an empty file may come to be in the wrong place before that is noticed; never a byte of content.
  it('let nothing be read or written where folders are known by name alone', { timeout: 600_000 }, async () => {
    using repository = temporaryRepository({ files: raced })
    const { outside, before } = raceIn(repository)
    const checkout = checkoutOf(repository, { platform: 'darwin' })
    const { seen, note } = tally()
    using _exchanger = exchanging(repository.root)
    for (let count = 0; count < attemptsPerRace; count++) {
      await Promise.all([
        note(checkout.read('inside/deep/a.txt')),
        note(checkout.read('inside/a.txt')),
        note(checkout.read('b.txt')),
        note(checkout.write('inside/deep/a.txt', Buffer.from('inside\n'))),
        note(checkout.write('b.txt', Buffer.from('inside\n'))),
      ])
    }
    expect(seen.filter((answer) => answer.includes(canary))).toEqual([])
    expect(Object.entries(treeOf(outside)).filter(([name]) => !name.endsWith('.part'))).toEqual(Object.entries(before))
    const drafts = Object.entries(treeOf(outside)).filter(([name]) => name.endsWith('.part'))
    expect(drafts.filter(([, content]) => !content.endsWith(emptyDigest))).toEqual([])
    expectBoth(seen)
  })
})

const emptyDigest = createHash('sha256').digest('hex')

const exchange = `
const { renameSync } = require('node:fs')
const pairs = [['inside', 'link'], ['b.txt', 'linked.txt']]
for (;;)
  for (const [name, other] of pairs)
    for (const [from, to] of [[name, name + '.real'], [other, name], [name, other], [name + '.real', name]])
      try { renameSync(from, to) } catch {}
`

/** Another process that exchanges `inside` for a link that leads out, and `b.txt` for another, as fast as it can. */
function exchanging(root: string): { [Symbol.dispose](): void } {
  const child = spawn(process.execPath, ['-e', exchange], { cwd: root, stdio: 'ignore' })
  return { [Symbol.dispose]: () => void child.kill('SIGKILL') }
}
