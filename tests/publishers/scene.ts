import { onTestFinished } from 'vitest'
import { addedLinesOf, type Change } from '../../src/domain/change.ts'
import type { DraftFinding } from '../../src/domain/finding.ts'
import { identify } from '../../src/domain/fingerprint.ts'
import type { Report } from '../../src/domain/report.ts'
import { version } from '../../src/domain/version.ts'
import { openGithub } from '../../src/publishers/github.ts'
import { githubReview } from '../../src/publishers/github-review.ts'
import type { Publication, Published } from '../../src/publishers/publisher.ts'
import { openWorkspace } from '../../src/workspace/open-workspace.ts'
import {
  type FakeGithub,
  type FakeGithubOptions,
  fakeNumber,
  fakeRepository,
  startFakeGithub,
  workflowToken,
} from '../helpers/fake-github.ts'
import { temporaryRepository, type TemporaryRepository } from '../helpers/git-repository.ts'
import { findingWith, reportWith } from '../helpers/report-arbitrary.ts'

type Files = Record<string, string>

export const signal = new AbortController().signal
const numbered = (count: number) => Array.from({ length: count }, (_, index) => `const value${index + 1} = ${index + 1}\n`)
/** A file of forty lines that differ. */
export const base = numbered(40).join('')
/** The same with other text on some of its lines. */
export function changed(lines: Record<number, string>): string {
  return numbered(40)
    .map((line, index) => (lines[index + 1] === undefined ? line : `${lines[index + 1]}\n`))
    .join('')
}

export interface Scene {
  repository: TemporaryRepository
  fake: FakeGithub
  /** A commit on the branch of the pull request. */
  push(files: Files, message?: string): string
  /** What a review of a range finds: every added line that says BUG. */
  review(options?: {
    from?: string
    changes?: Partial<Report>
    edit?: (finding: DraftFinding) => DraftFinding
  }): Promise<{ report: Report; change: Change }>
  /** Reviews, and publishes what was found. */
  publish(
    options?: Partial<Publication> & { from?: string; token?: string; edit?: (finding: DraftFinding) => DraftFinding },
  ): Promise<Published>
  github(token?: string): ReturnType<typeof openGithub>
}

/** A repository with a pull request, a GitHub that serves it, and a review that knows what is wrong. */
export async function scene(files: { main?: Files; feature?: Files } = {}, options: Partial<FakeGithubOptions> = {}): Promise<Scene> {
  const { main = { 'a.ts': base }, feature = {} } = files
  const repository = temporaryRepository({ files: main })
  repository.git('checkout', '--quiet', '-b', 'feature')
  repository.commit('A change', feature)
  const fake = await startFakeGithub({ repository, ...options })
  onTestFinished(() => {
    fake.close()
    repository.remove()
  })
  const github = (token = workflowToken) => openGithub({ repository: fakeRepository, token, apiUrl: fake.url })
  const range = async (from: string) => {
    const workspace = await openWorkspace(repository.root, { environment: repository.environment })
    try {
      return await workspace.readChange({ kind: 'range', from, to: 'feature' }, { paths: [], contextLines: 3, signal })
    } finally {
      await workspace.close()
    }
  }
  const mergeBase = () => repository.git('merge-base', 'main', 'feature').trim()
  const review: Scene['review'] = async ({ from, changes = {}, edit = (finding: DraftFinding) => finding } = {}) => {
    const change = await range(mergeBase())
    const looked = from === undefined ? change : await range(from)
    const findings = identify(looked.files.flatMap((file) => findingsIn(file)).map(edit))
    const covered = looked.files.map(({ path, addedLines }) => ({ path, changedLines: addedLines, seenLines: addedLines, skipped: null }))
    const lines = covered.reduce((sum, { changedLines }) => sum + changedLines, 0)
    const coverage = { changedLines: lines, seenLines: lines, files: covered }
    return {
      change,
      report: reportWith({ tool: { name: 'coding-agent', version }, findings, coverage, summary: 'It was looked at.', ...changes }),
    }
  }
  return {
    repository,
    fake,
    github,
    review,
    push: (more, message = 'More') => repository.commit(message, more),
    async publish({ from, token, edit, ...rest } = {}) {
      const opened = await github(token)
      const { report, change } = await review({ ...(from !== undefined && { from }), ...(edit && { edit }) })
      const pullRequest = await opened.readPullRequest(fakeNumber, signal)
      return githubReview(opened).publish({ report, change, pullRequest, reviewedFrom: from ?? null, maxComments: 40, ...rest }, signal)
    },
  }
}

function findingsIn(file: Change['files'][number]): DraftFinding[] {
  return addedLinesOf(file)
    .filter(({ text }) => text.includes('BUG'))
    .map(({ line, text }) => draftAt(file.path, line, text))
}

export function draftAt(path: string, line: number, text: string): DraftFinding {
  const { id: _id, fingerprint: _fingerprint, suppressed: _suppressed, ...draft } = findingWith()
  return {
    ...draft,
    title: `Line with ${/BUG\w*/.exec(text)?.[0] ?? 'something'}`,
    region: { path, startLine: line, endLine: line },
    evidence: text,
  }
}

export const withReplacement = (replacement: string) => (finding: DraftFinding) => ({ ...finding, replacement })
