import { spawn } from 'node:child_process'
import { matchReader } from './match-reader.ts'
import type { Searching } from './search-files.ts'
import type { SearchMatch } from './search-question.ts'

/** No configuration, no ignore file, no other program and no guess at an encoding: what is named is searched as it is. */
const form = (
  '--no-config --no-ignore --hidden --no-follow --no-mmap --no-messages --text --no-unicode --encoding=none --threads=2 --max-columns=1 ' +
  '--line-number --null --no-heading --with-filename --color=never'
).split(' ')
/** Of arguments to one process; Windows takes 32 KiB, everybody else much more. */
const maxArgumentBytes = process.platform === 'win32' ? 16 * 2 ** 10 : 96 * 2 ** 10
const maxErrorLength = 2000

/** Finds lines with ripgrep, which is given every file by name and in pieces that a command line can carry. */
export async function findWithRipgrep({ root, ripgrep }: { root: string; ripgrep: string }, searching: Searching): Promise<SearchMatch[]> {
  const found: SearchMatch[] = []
  const options = [...form, searching.ignoreCase ? '--ignore-case' : '--case-sensitive', `--regexp=${searching.pattern}`, '--']
  for (const paths of inPieces(searching.paths)) {
    for await (const match of run({ root, program: ripgrep, signal: searching.signal }, [...options, ...paths])) {
      found.push(match)
      if (found.length >= searching.maxMatches) return found
    }
  }
  return found
}

function* inPieces(paths: readonly string[]): Generator<string[]> {
  let piece: string[] = []
  let bytes = 0
  for (const path of paths) {
    const size = Buffer.byteLength(path) + 1
    if (bytes + size > maxArgumentBytes && piece.length > 0) {
      yield piece
      piece = []
      bytes = 0
    }
    piece.push(path)
    bytes += size
  }
  if (piece.length > 0) yield piece
}

async function* run(
  { root, program, signal }: { root: string; program: string; signal: AbortSignal },
  args: readonly string[],
): AsyncGenerator<SearchMatch> {
  const child = spawn(program, args, { cwd: root, env: {}, signal, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
  const { promise: ended, resolve, reject } = Promise.withResolvers<number | null>()
  child.once('error', reject).once('close', resolve)
  // Awaited below, unless the reader has left by then.
  ended.catch(() => {})
  let complaint = ''
  child.stderr.on('data', (chunk: Buffer) => (complaint = `${complaint}${chunk.toString('utf8')}`.slice(0, maxErrorLength)))
  const reader = matchReader(0x3a)
  try {
    for await (const chunk of child.stdout) yield* reader(chunk as Buffer)
  } finally {
    child.kill('SIGKILL')
  }
  const code = await ended
  // 2 without a word: a file that could not be read, as `--no-messages` wants it.
  if (code !== 0 && code !== 1 && complaint !== '') throw new Error(`The pattern cannot be used: ${complaint.trim()}`)
}
