import { AppError } from '../../domain/errors.ts'
import { describeBytes } from '../describe-bytes.ts'
import { type DiffSection, splitSections } from './diff-sections.ts'
import { type DiffDraft, type DiffedFile, draftOf, finishDraft, takeSection } from './diff-draft.ts'
import type { Git } from '../git.ts'
import { parseRawEntries, sectionHeader } from './raw-entry.ts'
import type { ChangeLimits } from '../workspace.ts'

export interface ReadDiffOptions {
  contextLines: number
  limits: ChangeLimits
  signal: AbortSignal
  /** Compares every file line by line, whatever its bytes and attributes, and keeps the hunks of these only. */
  asText?: (path: string) => boolean
}

/** One form of output, whatever the repository's configuration says. */
const diffArguments = [
  ['diff', '--raw', '-z', '--no-abbrev', '--patch', '--full-index', '--inter-hunk-context=0'],
  ['--no-color', '--no-ext-diff', '--no-textconv', '--no-relative', '--src-prefix=a/', '--dst-prefix=b/', '-O/dev/null'],
  ['--diff-algorithm=myers', '--indent-heuristic', '-M', '-C', '-l1000'],
  // Looking into a submodule would run git under the configuration of another repository.
  ['--submodule=short', '--ignore-submodules=dirty'],
].flat()

/** Runs `git diff` between two sides and reads it file by file, so that only what is kept is in memory. */
export async function readDiff(git: Git, sides: readonly string[], options: ReadDiffOptions): Promise<DiffedFile[]> {
  const { contextLines, signal, asText } = options
  const args = [...diffArguments, `--unified=${contextLines}`, ...(asText ? ['--text'] : []), ...sides, '--']
  const output = git.stream(args, { signal })
  try {
    const { head, patch } = await splitHead(output)
    const drafts = parseRawEntries(head).map(draftOf)
    await fillDrafts(drafts, patch, options)
    return joinUnmerged(drafts).map(finishDraft)
  } finally {
    // Ends the process where reading stopped early.
    await output.return(undefined)
  }
}

async function fillDrafts(drafts: readonly DiffDraft[], patch: AsyncIterable<Buffer>, { limits, asText }: ReadDiffOptions): Promise<void> {
  const claim = draftClaimer(drafts)
  let left = limits.totalBytes
  for await (const section of splitSections(patch, () => Math.min(limits.fileBytes, left))) {
    const draft = claim(section)
    if (!draft || (asText && !asText(draft.entry.path))) continue
    const [what, limit] = left < limits.fileBytes ? ['the diff of the whole change', limits.totalBytes] : ['its diff', limits.fileBytes]
    takeSection(draft, section, `${what} is larger than ${describeBytes(limit)}`)
    left -= section.bytes?.length ?? 0
  }
}

/** The list of files ends where two NUL bytes meet: names are not empty. */
async function splitHead(output: AsyncGenerator<Buffer>): Promise<{ head: Buffer; patch: AsyncIterable<Buffer> }> {
  const head: Buffer[] = []
  let previous = -1
  for (let next = await output.next(); !next.done; next = await output.next()) {
    const chunk = next.value
    const end = previous === 0 && chunk[0] === 0 ? 0 : chunk.indexOf('\0\0') + 1
    if (end > 0 || (previous === 0 && chunk[0] === 0)) {
      head.push(chunk.subarray(0, end))
      return { head: Buffer.concat(head), patch: startingWith(chunk.subarray(end + 1), output) }
    }
    head.push(chunk)
    previous = chunk.at(-1) ?? previous
  }
  return { head: Buffer.concat(head), patch: output }
}

async function* startingWith(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first
  yield* rest
}

/** Finds the file that a section belongs to: both come in the same order, and not every file has a section. */
function draftClaimer(drafts: readonly DiffDraft[]) {
  const headers = drafts.map(({ entry }) => sectionHeader(entry))
  let next = 0
  return ({ header }: DiffSection): DiffDraft | undefined => {
    if (header === '' || header.startsWith('* Unmerged path ')) return undefined
    // A file that became a link, or the other way round, has two sections: one removes it, one adds it.
    const isSecond = next > 0 && drafts[next - 1]?.entry.status === 'type-changed' && headers[next - 1] === header
    const at = isSecond ? next - 1 : headers.indexOf(header, next)
    if (at === -1) throw new AppError('GIT_FAILED', `git diff printed a patch for a file that is not in its list: ${header}`)
    next = at + 1
    return drafts[at]
  }
}

/** In the working tree, git lists an unmerged file once as such and once as it differs from our side. */
function joinUnmerged(drafts: readonly DiffDraft[]): DiffDraft[] {
  const joined: DiffDraft[] = []
  for (const draft of drafts) {
    const previous = joined.at(-1)
    if (previous?.entry.status === 'unmerged' && previous.entry.path === draft.entry.path) {
      // The patch stands behind both and was claimed by the first.
      joined[joined.length - 1] = { ...previous, entry: { ...draft.entry, status: 'unmerged' } }
      continue
    }
    joined.push(draft)
  }
  return joined
}
