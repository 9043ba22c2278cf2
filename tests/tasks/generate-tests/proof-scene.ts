import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { createWorkshop } from '../../../src/commands/workshop.ts'
import type { Baseline } from '../../../src/tasks/generate-tests/baseline.ts'
import type { ProvingPlace } from '../../../src/tasks/generate-tests/proving.ts'
import { surveyMutants } from '../../../src/tasks/generate-tests/survey.ts'
import type { Candidate, Target } from '../../../src/tasks/generate-tests/target.ts'
import { openWorkbench } from '../../../src/tasks/verify/workbench.ts'
import type { TestRunnerUse } from '../../../src/test-runners/test-runner.ts'
import { openWorkspace } from '../../../src/workspace/open-workspace.ts'
import type { SandboxOptions } from '../../../src/workspace/sandbox.ts'
import { temporaryRepository } from '../../helpers/git-repository.ts'
import { installed } from '../../helpers/linter-runner.ts'
import { pathWithTools } from '../../helpers/programs.ts'

interface SceneOptions {
  sandbox?: SandboxOptions['use']
  /** Copies. */
  jobs?: number
  commandTimeout?: number
  /** Of ours, shown by links, which lead out of a sandbox. */
  packages?: readonly string[]
}

const allPackages = ['.bin', 'vitest', '@vitest', 'typescript', 'eslint']

/** A real repository with its packages, and copies of it on which tests are proved. */
export async function proofScene(files: Record<string, string>, options: SceneOptions = {}) {
  const { sandbox = 'host', jobs = 1, commandTimeout = 60_000, packages = allPackages } = options
  const repository = temporaryRepository({ files: { '.gitignore': 'node_modules\n', ...files } })
  mkdirSync(join(repository.root, 'node_modules'))
  for (const name of packages) symlinkSync(join(installed, name), join(repository.root, 'node_modules', name))
  const home = join(repository.root, '..', 'agent')
  mkdirSync(home, { recursive: true })
  const environment = { ...repository.environment, PATH: pathWithTools, AGENT_HOME: home }
  const workspace = await openWorkspace(repository.root, { environment })
  const settings: SandboxOptions = { use: sandbox, image: null, memory: 2 ** 31, cpus: 2, timeout: 600_000 }
  const workshop = createWorkshop(workspace, { sandbox: settings, context: { environment } })
  const { signal } = new AbortController()
  const open = () => openWorkbench({ workshop, userRoot: repository.root, signal })
  const benches: [Awaited<ReturnType<typeof open>>, ...Awaited<ReturnType<typeof open>>[]] = [await open()]
  while (benches.length < jobs) benches.push(await open())
  const place: ProvingPlace = { benches, commandTimeout, signal, exhausted: () => null }
  return {
    repository,
    place,
    async close() {
      for (const bench of benches) await bench.close()
      await workspace.close()
      repository.remove()
    },
  }
}

export type ProofScene = Awaited<ReturnType<typeof proofScene>>

/** A target with what the suite does not reach and does not notice in it. */
export async function targetIn(
  { place }: Pick<ProofScene, 'place'>,
  baseline: Baseline,
  { most = 16, ...part }: Pick<Target, 'path' | 'name' | 'startLine' | 'endLine'> & { most?: number },
): Promise<Target> {
  const surveyed = await surveyMutants(part, { ...place, baseline, most })
  const unnoticed = surveyed.filter(({ tried }) => tried.status === 'Survived' || tried.status === 'NoCoverage')
  const covered = baseline.coverage?.get(part.path)
  const missing = {
    lines: [...(covered?.lines ?? [])]
      .filter(([line, hits]) => hits === 0 && line >= part.startLine && line <= part.endLine)
      .map(([line]) => line),
    branches: [...(covered?.branches ?? [])].filter(([, hits]) => hits === 0).map(([branch]) => branch),
  }
  return { ...part, missing, survivors: new Map(unnoticed.map(({ id, mutant }) => [id, mutant])) }
}

interface Written {
  target: Target
  use: TestRunnerUse
  path: string
  /** Null: the file is new. */
  base: string | null
  test: string
  names: readonly string[]
}

/** A candidate whose test stands at the end of its file. */
export function candidateOf({ target, use, path, base, test, names }: Written): Candidate {
  const text = `${base ?? ''}${test}`
  const first = (base ?? '').split('\n').length
  const addedLines = test
    .trimEnd()
    .split('\n')
    .map((_, index) => first + index)
  return { target, placement: { use, path, text: base, example: null }, attempt: 1, test, text, addedLines, names }
}
