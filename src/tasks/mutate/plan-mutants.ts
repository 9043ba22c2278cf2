import { addedLinesOf } from '../../domain/change.ts'
import { isInShard } from '../../domain/shard.ts'
import { languageOf } from '../../syntax/language.ts'
import { type Mutant, mutantsOf } from '../../mutators/mutate-text.ts'
import { mutableLanguages } from '../../mutators/mutator.ts'
import { testRunners } from '../../test-runners/registry.ts'
import type { Project } from '../../workspace/project.ts'
import type { TaskContext } from '../task.ts'
import { isOnDisk, notOnDisk } from '../verify/on-disk.ts'
import type { Workbench } from '../verify/workbench.ts'
import type { MutateRequest } from './mutate.ts'

/** A file, and the defects that are to be planted in it. */
export interface MutatedFile {
  path: string
  text: string
  language: string
  mutants: readonly Mutant[]
}

/** Finds the mutants of the lines that are meant. Tests are not mutated: they are what is tried. */
export async function planMutants(request: MutateRequest, bench: Workbench, context: TaskContext): Promise<readonly MutatedFile[]> {
  const project = await bench.project()
  const wanted = await wantedLines(request, project, context)
  const files: MutatedFile[] = []
  for (const [path, isWanted] of wanted) {
    if (request.shard !== null && !isInShard(path, request.shard)) continue
    const language = mutableLanguages.find((known) => known === languageOf(path))
    const text = language && (await project.read(path))
    if (!language || text === null || text === undefined || isTest(path)) continue
    // What a link leads to is mutated where it is.
    if ((await bench.transaction.checkout.look(path))?.kind === 'link') continue
    if (text.includes('\uFFFD')) {
      context.notice(undecoded(path))
      continue
    }
    const mutants = await mutantsOf(text, path, isWanted)
    if (mutants === null) context.notice(unparsed(path))
    else if (mutants.length > 0) files.push({ path, text, language, mutants })
  }
  return files
}

const isTest = (path: string) => testRunners.some((runner) => runner.isTestFile(path))

/** The lines that are meant, by file: those that a change has added, or all of the files that are named. */
export async function wantedLines(
  { scope, isExcluded }: Pick<MutateRequest, 'scope' | 'isExcluded'>,
  project: Project,
  context: TaskContext,
) {
  const { workspace, budget } = context
  if (scope.kind === 'paths') {
    const paths = project.files.filter((path) => scope.covers(path) && !isExcluded(path))
    return new Map(paths.map((path): [string, (line: number) => boolean] => [path, () => true]))
  }
  const change = await workspace.readChange(scope.selector, { paths: scope.paths, contextLines: 0, signal: budget.signal })
  const files = change.files.filter(({ path, kind, status }) => kind === 'text' && status !== 'deleted' && !isExcluded(path))
  const wanted = new Map<string, (line: number) => boolean>()
  const differing: string[] = []
  for (const file of files) {
    const lines = new Set(addedLinesOf(file).map(({ line }) => line))
    // Of what is staged, the copy itself is what the change has.
    if (scope.selector.kind === 'staged' || (await isOnDisk(file, change, context))) wanted.set(file.path, (line) => lines.has(line))
    else differing.push(file.path)
  }
  if (differing.length > 0) context.notice(notOnDisk(differing))
  return wanted
}

const unparsed = (path: string) => ({
  code: 'NOT_MUTATED',
  message: `${path} does not parse, so no defect was planted in it.`,
  hint: '',
})

/** Written back, it would be another file. */
const undecoded = (path: string) => ({
  code: 'NOT_MUTATED',
  message: `${path} is not UTF-8, so no defect was planted in it.`,
  hint: '',
})

/** At most so many, spread evenly over all, so that no file is tried in full while another is not tried at all. */
export function sampleMutants(files: readonly MutatedFile[], most: number): { files: readonly MutatedFile[]; leftOut: number } {
  const total = files.reduce((sum, { mutants }) => sum + mutants.length, 0)
  if (total <= most) return { files, leftOut: 0 }
  let seen = 0
  const isTaken = () => {
    const index = seen++
    return Math.floor(((index + 1) * most) / total) > Math.floor((index * most) / total)
  }
  const sampled = files.map((file) => ({ ...file, mutants: file.mutants.filter(isTaken) }))
  return { files: sampled.filter(({ mutants }) => mutants.length > 0), leftOut: total - most }
}
