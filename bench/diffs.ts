import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { ChangedFile } from '../src/domain/change.ts'
import { createGit, type Git } from '../src/workspace/git.ts'
import { type ObjectReader, openObjectReader } from '../src/workspace/object-reader.ts'
import { openWorkspace } from '../src/workspace/open-workspace.ts'
import type { Workspace } from '../src/workspace/workspace.ts'
import { checkHunks, compareWithGit, type GitTruth, readGitTruth } from '../tests/helpers/diff-oracle.ts'

/**
 * Reads every commit of a repository that is not a merge, and checks each file against git itself: paths, modes, statuses and line
 * counts against `git diff-tree`, hunks by applying them to the parent's bytes.
 *
 *     node bench/diffs.ts --repo <path> [--json] [--limit <commits>]
 */
const { values } = parseArgs({
  options: { repo: { type: 'string' }, json: { type: 'boolean', default: false }, limit: { type: 'string' } },
})
if (!values.repo) throw new Error('Say which repository: --repo <path>')

interface Totals {
  commits: number
  files: number
  hunks: number
  lines: number
  omitted: number
  /** Commits that git itself cannot compare, because the copy at hand lacks an object. */
  unreadable: number
  failures: string[]
}

const totals = await readHistory(resolve(values.repo), Number(values.limit ?? Number.POSITIVE_INFINITY))
const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024)
if (values.json) console.log(JSON.stringify({ ...totals, peakMegabytes }))
else {
  for (const failure of totals.failures) console.log(failure)
  const { commits, files, hunks, lines, omitted, unreadable, failures } = totals
  console.log(
    `${commits} commits, ${files} files, ${hunks} hunks, ${lines} lines, ${omitted} left out for their size, ${unreadable} commits that git cannot read, ${failures.length} failures, peak ${peakMegabytes} MB`,
  )
}
process.exitCode = totals.failures.length > 0 ? 1 : 0

async function readHistory(source: string, limit: number): Promise<Totals> {
  const checkout = mkdtempSync(join(tmpdir(), 'agent-diffs-'))
  try {
    borrowObjects(source, checkout)
    const environment = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }
    const git = createGit(checkout, environment)
    const workspace = await openWorkspace(checkout, { environment })
    const objects = openObjectReader(git)
    const sum: Totals = { commits: 0, files: 0, hunks: 0, lines: 0, omitted: 0, unreadable: 0, failures: [] }
    const ids = execFileSync('git', ['rev-list', '--all', '--no-merges', '--date-order'], {
      cwd: source,
      maxBuffer: 2 ** 30,
      encoding: 'utf8',
    })
    for (const id of ids.trim().split('\n').slice(0, limit)) {
      await addCommit(id, { git, workspace, objects, sum }).catch((error: unknown) => sum.failures.push(`${id}: ${String(error)}`))
    }
    await Promise.all([workspace.close(), objects.close()])
    return sum
  } finally {
    rmSync(checkout, { recursive: true, force: true })
  }
}

/** A checkout of nothing that sees the objects of the repository, which stays as it is. */
function borrowObjects(source: string, checkout: string): void {
  const objectsFolder = execFileSync('git', ['rev-parse', '--git-path', 'objects'], { cwd: source, encoding: 'utf8' }).trim()
  execFileSync('git', ['init', '--quiet', checkout])
  writeFileSync(join(checkout, '.git/objects/info/alternates'), `${resolve(source, objectsFolder)}\n`)
}

async function addCommit(
  id: string,
  { git, workspace, objects, sum }: { git: Git; workspace: Workspace; objects: ObjectReader; sum: Totals },
): Promise<void> {
  const parent = await git.run(['rev-parse', '--verify', '--quiet', `${id}^`])
  const sides = parent.code === 0 ? [`${id}^`, id] : ['--root', '--no-commit-id', id]
  const options = ['-r', '-z', '--raw', '--numstat', '--no-abbrev', '-M', '-C', '-l1000']
  const { code, stdout } = await git.run(['diff-tree', ...options, ...sides])
  if (code !== 0) {
    sum.unreadable += 1
    return
  }
  const truth = readGitTruth(stdout)
  const change = await workspace.readChange(
    { kind: 'commit', rev: id },
    { paths: [], contextLines: 3, signal: new AbortController().signal },
  )
  sum.commits += 1
  sum.files += change.files.length
  const problems = change.files.length === truth.length ? [] : [`${change.files.length} files instead of ${truth.length}`]
  for (const [index, file] of change.files.entries()) {
    sum.hunks += file.hunks.length
    sum.lines += file.hunks.reduce((lines, hunk) => lines + hunk.lines.length, 0)
    if (file.omitted) sum.omitted += 1
    const known = truth[index]
    if (known) problems.push(...compareWithGit(file, known), ...(await checkContent(file, known, objects)))
  }
  sum.failures.push(...problems.map((problem) => `${id}: ${problem}`))
}

async function checkContent(file: ChangedFile, { oldId, newId }: GitTruth, objects: ObjectReader): Promise<string[]> {
  if (file.kind === 'submodule' || file.kind === 'binary' || file.omitted) return file.hunks.length > 0 ? [`hunks of ${file.path}`] : []
  const [old, changed] = await Promise.all([oldId, newId].map(async (id) => (/^0+$/.test(id) ? null : objects.read(Buffer.from(id)))))
  const size = changed?.bytes.length ?? null
  return [
    ...checkHunks(file, old?.bytes ?? Buffer.alloc(0), changed?.bytes ?? Buffer.alloc(0)),
    ...(file.size === size || file.size === null ? [] : [`size of ${file.path}`]),
  ]
}
