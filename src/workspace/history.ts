import { posix } from 'node:path'
import type { Refuse } from './checked-file.ts'
import { PathRefused } from './checkout.ts'
import type { Git } from './git.ts'
import { parseBlame } from './parse-blame.ts'
import { quotedName } from './path-policy.ts'
import { pathText } from './path-bytes.ts'

/** Git's answers about a tree, as text for people and models. Each throws `Error` with git's own reason where there is no answer. */
export interface History {
  /** What is different from HEAD, one `XY path` each. */
  status(): Promise<string>
  /** Unified diff against HEAD, of everything or of one path. */
  diff(path?: string): Promise<string>
  /** The last commits, newest first, of everything or of one path. */
  log(options: { path?: string; count: number }): Promise<string>
  /** Who last changed each of these lines. */
  blame(options: { path: string; startLine: number; endLine: number }): Promise<string>
}

interface HistoryContext {
  /** What may not be shown. */
  refuse: Refuse
  /** The bytes on disk, which git would read without looking at the links on the way. */
  read(path: string): Promise<Buffer>
}

const maxDiffBytes = 2 ** 20

/** Nothing that the repository's configuration names is run: no other diff program, no conversion to text, no signature checked. */
const plainDiff = (
  '--no-ext-diff --no-textconv --no-color --no-renames --no-relative --ignore-submodules=dirty --submodule=short ' +
  '--src-prefix=a/ --dst-prefix=b/ --unified=3 --inter-hunk-context=0 --no-indent-heuristic'
).split(' ')
const plainLog = ['--no-color', '--no-show-signature', '--no-notes', '--no-mailmap', '--no-ext-diff', '--no-patch', '--date=short']

/** What git knows of a tree. A path comes behind `--` and means itself; what no tool may read is left out of every diff. */
export function createHistory(git: Git, { refuse, read }: HistoryContext): History {
  const allowed = (path: string) => {
    const reason = refuse(path, 'read')
    if (reason) throw new PathRefused(reason)
    return posix.normalize(path).replace(/\/$/, '')
  }

  async function base(): Promise<string> {
    const { code, stdout } = await git.run(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'])
    // Before the first commit everything is new.
    return (code === 0 ? stdout : await git.ask(['hash-object', '-t', 'tree', '--stdin'])).toString('latin1').trim()
  }

  async function changedPaths(commit: string): Promise<string[]> {
    return records(await git.ask(['diff', '--name-only', '-z', ...plainDiff, '--end-of-options', commit, '--']))
  }

  return {
    async status() {
      const entries = records(
        await git.ask(['status', '--porcelain=v1', '-z', '--untracked-files=all', '--no-renames', '--ignore-submodules=dirty']),
      )
      return entries.map((entry) => `${entry.slice(0, 3)}${shown(entry.slice(3))}`).join('\n')
    },

    async diff(path) {
      const commit = await base()
      const hidden = (await changedPaths(commit)).filter((changed) => refuse(changed, 'read') !== null)
      const place = path === undefined ? '.' : allowed(path)
      const chosen = [place === '.' ? ':(top)' : `:(top,literal)${place}`]
      const args = ['diff', ...plainDiff, '--end-of-options', commit, '--', ...chosen, ...hidden.map(excluded)]
      const text = await readAtMost(git.stream(args), maxDiffBytes)
      const untracked = await untrackedPaths(git, chosen)
      return [text, ...untracked.map((name) => `Not tracked yet: ${shown(name)}`)].filter(Boolean).join('\n')
    },

    async log({ path, count }) {
      const where = path === undefined ? [] : [allowed(path)]
      const format = '--format=%h%x09%ad%x09%an%x09%s'
      const args = ['--literal-pathspecs', 'log', `--max-count=${count}`, ...plainLog, format, '--end-of-options', 'HEAD', '--', ...where]
      const { code, stdout, stderr } = await git.run(args)
      if (code !== 0) throw failure('log', stderr)
      return stdout.toString('utf8').trimEnd()
    },

    async blame({ path, startLine, endLine }) {
      const name = allowed(path)
      const content = await read(name)
      const args = [
        'blame',
        '--porcelain',
        '--no-textconv',
        '--no-progress',
        '--contents',
        '-',
        '-L',
        `${startLine},${endLine}`,
        '--',
        path,
      ]
      const { code, stdout, stderr } = await git.run(args, { input: content })
      if (code !== 0) throw failure('blame', stderr)
      return parseBlame(stdout.toString('utf8'))
    },
  }
}

function failure(command: string, stderr: string): Error {
  const reason = stderr.split('\n').find((line) => line.startsWith('fatal: ')) ?? stderr
  return new Error(`git ${command} failed: ${reason.replace('fatal: ', '') || 'it ended without a message'}`)
}

function records(output: Buffer): string[] {
  return pathText(output).split('\0').slice(0, -1)
}

/** Two names on one line, or a name that colours a terminal, are not to be taken for what they are not. */
const shown = (path: string) => (/^[\p{L}\p{N}\p{P}\p{S} ]*$/u.test(path) ? path : quotedName(path))

/** As a pathspec. A byte that is no character cannot be handed to a program, so any byte stands in for it. */
function excluded(path: string): string {
  if (path.isWellFormed()) return `:(top,exclude,literal)${path}`
  return `:(top,exclude,glob)${path.replaceAll(/[\\*?[\]]/g, String.raw`\$&`).replaceAll(/\p{Cs}/gu, '?')}`
}

async function untrackedPaths(git: Git, chosen: readonly string[]): Promise<string[]> {
  return records(await git.ask(['ls-files', '-z', '--others', '--exclude-standard', '--', ...chosen]))
}

async function readAtMost(stream: AsyncGenerator<Buffer>, limit: number): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    chunks.push(chunk)
    size += chunk.length
    if (size > limit) return `${Buffer.concat(chunks).toString('utf8', 0, limit)}\n[The diff is longer than this; ask for one path.]`
  }
  return Buffer.concat(chunks).toString('utf8').trimEnd()
}
