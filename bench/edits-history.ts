import { execFileSync } from 'node:child_process'
import { parsePatch } from 'diff'
import type { Hunk, Random } from './edits-cases.ts'

const mostOfFile = 3
const largestFile = 400_000
const largestHunk = 60

/** Hunks of random commits of the first-parent history, at most three of a file's change, on text files that people write. */
export function* hunksOf(repository: string, random: Random): Generator<Hunk> {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: repository, maxBuffer: 2 ** 28, stdio: ['ignore', 'pipe', 'ignore'] })
  const ids = git('rev-list', '--first-parent', '--min-parents=1', 'HEAD').toString('latin1').trim().split('\n')
  while (ids.length > 0) {
    const [id = ''] = ids.splice(random.below(ids.length), 1)
    try {
      const patch = git('diff-tree', '-p', '--full-index', '--no-renames', '--no-color', '--no-ext-diff', `${id}^1`, id)
      for (const section of patch.toString('utf8').split(/^(?=diff --git )/m)) yield* hunksIn(section, git, random)
    } catch {
      // A copy of a history may lack objects, and what cannot be read makes no case.
    }
  }
}

function* hunksIn(section: string, git: (...args: string[]) => Buffer, random: Random): Generator<Hunk> {
  const [name = ''] = section.split('\n', 1)
  const blob = /^index ([0-9a-f]{40})\.\.[0-9a-f]{40} 100(?:644|755)$/m.exec(section)?.[1]
  if (!blob || /lock|\.min\.|\.map\b|\.svg|\.snap|dist\/|vendor|fixtures/.test(name) || section.length > 2_000_000) return
  const text = readText(git('cat-file', 'blob', blob))
  if (text === null) return
  const hunks = parsePatch(section)[0]?.hunks ?? []
  const usable = hunks.filter(({ lines }) => lines.length <= largestHunk && lines.every((line) => line.length < 2000))
  for (let taken = 0; taken < mostOfFile && usable.length > 0; taken++) {
    const [hunk] = usable.splice(random.below(usable.length), 1)
    if (!hunk) return
    const marked = hunk.lines.filter((line) => /^[ +-]/.test(line)).map((line) => line.replace(/\r$/, ''))
    const first = marked.findIndex((line) => !line.startsWith(' '))
    const core = marked.slice(first, marked.findLastIndex((line) => !line.startsWith(' ')) + 1)
    const side = (sign: string) => core.filter((line) => line.startsWith(sign) || line.startsWith(' ')).map((line) => line.slice(1))
    yield { text, start: hunk.oldStart - 1 + first, removed: side('-'), added: side('+') }
  }
}

function readText(bytes: Buffer): string | null {
  if (bytes.length === 0 || bytes.length > largestFile || bytes.includes(0)) return null
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return text.includes('\r') || !text.endsWith('\n') ? null : text
  } catch {
    return null
  }
}
