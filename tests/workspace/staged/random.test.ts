import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { discoverRepository } from '../../../src/workspace/discover-repository.ts'
import { temporaryFolder } from '../../helpers/temporary-folder.ts'
import { temporaryRepository } from '../../helpers/git-repository.ts'
import { fixStaged } from './staged-place.ts'

/**
 * A text as gaps and lines in turn, always of the same index text: gap 0, line 0, gap 1, … A version is what stands at each of these
 * places. No two lines that were ever written are the same, so that what a merge has to be is known without a diff.
 */
type Version = readonly string[]

const kinds = ['plain', 'crlf', 'attribute', 'program', 'new', 'renamed'] as const

const edits = fc.array(
  fc.record({
    at: fc.nat({ max: 1000 }),
    how: fc.constantFrom<('insert' | 'replace' | 'delete')[]>('insert', 'replace', 'replace', 'delete'),
  }),
  { maxLength: 3 },
)
const fileCase = fc.record({
  kind: fc.constantFrom(...kinds),
  lines: fc.nat({ max: 24 }),
  endsInNewline: fc.record({ index: fc.boolean(), fix: fc.boolean(), working: fc.boolean() }),
  // Mostly alike, since a last line that differs in three versions is a conflict.
  keepsEnd: fc.nat({ max: 4 }),
  staged: edits,
  fix: edits,
  unstaged: edits,
  toolWritesCrlf: fc.boolean(),
})
type FileCase = typeof fileCase extends fc.Arbitrary<infer Value> ? Value : never

/** The places that edits change, and the new texts there. */
function edited(count: number, list: FileCase['fix'], label: string): Map<number, string[]> {
  const places = new Map<number, string[]>()
  for (const [number, { at, how }] of list.entries()) {
    const place = how === 'insert' || count === 0 ? 2 * (at % (count + 1)) : 2 * (at % count) + 1
    places.set(place, how === 'delete' && count > 0 ? [] : [`${label} ${number}`])
  }
  return places
}

/** Every place as bytes; the line end of the last line goes where the text has no final one. */
function versionOf(count: number, places: ReadonlyMap<number, string[]>, { end, final }: { end: string; final: boolean }): Version {
  const texts = Array.from(
    { length: 2 * count + 1 },
    (_, place) => places.get(place) ?? (place % 2 === 1 ? [`line ${(place - 1) / 2}`] : []),
  )
  const version = texts.map((lines) => lines.map((line) => line + end).join(''))
  const last = version.findLastIndex((text) => text !== '')
  if (!final && last !== -1) version[last] = version[last]!.slice(0, -end.length)
  return version
}

const touchedPlaces = (version: Version, index: Version) => version.flatMap((text, place) => (text === index[place] ? [] : [place]))

/** What a merge has to be; it may be refused where no unchanged line lies between two changes, and has to be at the same place. */
function mergeOf(index: Version, fix: Version, working: Version): { text: string | null; mayRefuse: boolean } {
  const [byFix, byUser] = [touchedPlaces(fix, index), touchedPlaces(working, index)]
  const clashes = byFix.filter((place) => byUser.includes(place) && fix[place] !== working[place])
  const isApart = (a: number, b: number) => Math.abs(a - b) > 2 || (Math.abs(a - b) === 2 && a % 2 === 0)
  const merged = index.map((text, place) => (byFix.includes(place) ? fix[place]! : byUser.includes(place) ? working[place]! : text))
  return {
    text: clashes.length > 0 ? null : merged.join(''),
    mayRefuse: clashes.length > 0 || byFix.some((a) => byUser.some((b) => !isApart(a, b))),
  }
}

/** The file in all its versions. */
function storyOf(one: FileCase, number: number) {
  const [end, onDisk] = [one.kind === 'crlf' ? '\r\n' : '\n', one.kind === 'crlf' || one.kind === 'attribute' ? '\r\n' : '\n']
  const { index: final } = one.endsInNewline
  const finals = one.keepsEnd > 0 ? { fix: final, working: final } : one.endsInNewline
  const at = (places: Map<number, string[]>, style: { end: string; final: boolean }) => versionOf(one.lines, places, style)
  const none = new Map<number, string[]>()
  const inIndexForm = { index: at(none, { end, final }), fix: at(edited(one.lines, one.fix, 'fix'), { end, final: finals.fix }) }
  const inDiskForm = {
    index: at(none, { end: onDisk, final }),
    fix: at(edited(one.lines, one.fix, 'fix'), { end: onDisk, final: finals.fix }),
    working: at(edited(one.lines, one.unstaged, 'mine'), { end: onDisk, final: finals.working }),
  }
  const folder = one.kind === 'attribute' ? 'dos' : 'files'
  return {
    one,
    path: `${folder}/${number}.txt`,
    head: at(edited(one.lines, one.staged, 'head'), { end, final: true }).join(''),
    index: inIndexForm.index.join(''),
    fix: inIndexForm.fix.join(''),
    working: inDiskForm.working.join(''),
    merge: mergeOf(inDiskForm.index, inDiskForm.fix, inDiskForm.working),
    /** Without its changes, the working file is the fixed one. */
    mode: one.kind === 'program' ? 0o755 : 0o644,
  }
}
type Story = ReturnType<typeof storyOf>

function prepare(stories: readonly Story[]) {
  const user = temporaryRepository()
  const write = (path: string, text: string, mode: number) => {
    user.write(path, Buffer.from(text, 'latin1'))
    chmodSync(join(user.root, path), mode)
  }
  user.write('.gitattributes', 'dos/** text eol=crlf\n')
  for (const { path, head, mode, one } of stories) {
    if (one.kind === 'renamed') write(`old-${path}`, head, mode)
    else if (one.kind !== 'new') write(path, head, mode)
  }
  user.stage()
  user.commit('Before')
  for (const { path, index, mode, one } of stories) {
    if (one.kind === 'renamed') {
      mkdirSync(join(user.root, 'files'), { recursive: true })
      user.git('mv', `old-${path}`, path)
    }
    // As git writes it to disk; it takes a file of another size for a changed one without a look into it.
    write(path, one.kind === 'attribute' ? index.replaceAll('\n', '\r\n') : index, mode)
  }
  user.stage()
  for (const { path, working, mode } of stories) write(path, working, mode)
  user.write('intended.txt', 'not yet\n')
  user.git('add', '--intent-to-add', 'intended.txt')
  user.write('untracked.txt', 'mine\n')
  return user
}

/** As `git add` would store it. */
const stored = (bytes: Buffer, { one }: Story) =>
  one.kind === 'attribute' ? bytes.toString('latin1').replaceAll('\r\n', '\n') : bytes.toString('latin1')

async function check(cases: readonly FileCase[], seen: Map<string, number>): Promise<void> {
  const stories = cases.map(storyOf)
  using user = prepare(stories)
  using home = temporaryFolder()
  const staged = (path: string) => user.gitBytes(['cat-file', 'blob', `:${path}`]).toString('latin1')
  const [head, refs, intended] = [
    user.git('rev-parse', 'HEAD'),
    user.git('for-each-ref'),
    user.git('status', '--porcelain', 'intended.txt'),
  ]
  const place = {
    repository: await discoverRepository(user.root, user.environment),
    folder: join(home.path, 'transactions'),
    patches: join(home.path, 'patches'),
  }
  const fixes = stories.map(({ path, fix, one }) => {
    const given = one.kind === 'attribute' && one.toolWritesCrlf ? fix.replaceAll('\n', '\r\n') : fix
    return [path, Buffer.from(given, 'latin1')] as const
  })
  const applied = await fixStaged(place, Object.fromEntries(fixes))
  const outcomes = new Map(applied.files.map((file) => [file.path, file]))
  const expectedDirty: string[] = ['intended.txt']
  for (const story of stories) {
    const { path, index, fix, working, merge, mode } = story
    const [outcome, disk] = [outcomes.get(path), readFileSync(join(user.root, path))]
    const text = disk.toString('latin1')
    expect(staged(path)).toBe(fix)
    expect(lstatSync(join(user.root, path)).mode & 0o777).toBe(mode)
    expect(user.git('ls-files', '--stage', path).slice(0, 6)).toBe(mode === 0o755 ? '100755' : '100644')
    if (stored(disk, story) !== fix) expectedDirty.push(path)
    const kind = outcome?.working ?? 'none'
    seen.set(kind, (seen.get(kind) ?? 0) + 1)
    if (!outcome) {
      expect([fix, text]).toEqual([index, working])
    } else if (outcome.working === 'left') {
      expect([merge.mayRefuse, text]).toEqual([true, working])
      // The patch takes what was staged to what is.
      user.gitBytes(['apply', '--check', '--cached', '--reverse', '--whitespace=nowarn', outcome.patch])
    } else {
      expect(text).toBe(merge.text)
    }
  }
  expect(user.git('diff-files', '--name-only').split('\n').filter(Boolean)).toEqual(expectedDirty.toSorted())
  expect(user.git('diff', '--name-only').split('\n').filter(Boolean)).toEqual(expectedDirty.toSorted())
  expect([user.git('rev-parse', 'HEAD'), user.git('for-each-ref'), user.git('status', '--porcelain', 'intended.txt')]).toEqual([
    head,
    refs,
    intended,
  ])
  expect(readFileSync(join(user.root, 'intended.txt'), 'utf8')).toBe('not yet\n')
  expect(existsSync(join(user.root, '.git/index.lock'))).toBe(false)
  user.git('fsck', '--no-dangling')
  expectNoticed(user.root, user.environment, stories)
}

/** A change of the same size at once after the fix is one that git sees. */
function expectNoticed(root: string, environment: Readonly<Record<string, string>>, stories: readonly Story[]): void {
  const story = stories.find(({ path, fix }) => readFileSync(join(root, path)).toString('latin1') === fix && fix.length > 0)
  if (!story) return
  writeFileSync(join(root, story.path), Buffer.from(story.fix.replace(/[a-z]/, 'X'), 'latin1'))
  const changed = execFileSync('git', ['diff', '--name-only', '--', story.path], { cwd: root, env: environment }).toString()
  expect(changed.trim()).toBe(story.path)
}

const together = 10
const runs = process.env.SOAK === '1' ? 50 : 6

it(`fixes what is staged and loses no byte of what is not, in ${runs * together} files`, { timeout: 900_000 }, async () => {
  const seen = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(fc.array(fileCase, { minLength: together, maxLength: together }), async (cases) => check(cases, seen)),
    { numRuns: runs, seed: 20_240_506, endOnFailure: true },
  )
  // All endings were met.
  expect([...seen.keys()].toSorted()).toEqual(['fixed', 'left', 'merged', 'none'])
})
