import type { Change, ChangedFile } from '../domain/change.ts'
import { parseSection } from '../workspace/diff/parse-section.ts'
import { parsePatchFiles } from '../workspace/patch/read-patch.ts'
import type { FileOfPullRequest } from './github-wire.ts'
import type { PullRequest } from './publisher.ts'

interface Sources {
  /** The whole diff; null where GitHub says that it is too large. */
  readDiff(): Promise<Buffer | null>
  listFiles(): Promise<readonly FileOfPullRequest[]>
}

const maxFileBytes = 2 * 2 ** 20

const statuses = {
  added: 'added',
  removed: 'deleted',
  modified: 'modified',
  changed: 'modified',
  unchanged: 'modified',
  renamed: 'renamed',
  copied: 'copied',
} as const satisfies Record<FileOfPullRequest['status'], ChangedFile['status']>

/** The change of a pull request, from GitHub alone: what a comment may stand on. */
export async function readChange({ number, base, head }: PullRequest, { readDiff, listFiles }: Sources): Promise<Change> {
  const diff = await readDiff()
  return {
    description: `pull request #${number} (${base.ref}..${head.sha.slice(0, 7)})`,
    old: { kind: 'patch' },
    new: { kind: 'commit', id: head.sha },
    files: diff === null ? (await listFiles()).map(toChangedFile) : parsePatchFiles(diff, maxFileBytes),
  }
}

function toChangedFile({ filename, previous_filename: oldPath, status, additions, deletions, patch }: FileOfPullRequest): ChangedFile {
  const parsed = patch === undefined ? { hunks: [], encoding: 'utf8' as const } : parseSection(Buffer.from(`--- a\n+++ b\n${patch}\n`))
  return {
    path: filename,
    oldPath: oldPath ?? null,
    status: statuses[status],
    kind: 'text',
    oldMode: null,
    newMode: null,
    size: null,
    omitted: patch === undefined && additions + deletions > 0 ? 'GitHub does not show its diff' : null,
    addedLines: additions,
    removedLines: deletions,
    ...parsed,
  }
}
