import { createWorkshop } from '../../src/commands/workshop.ts'
import { reviewOptionsByPath } from '../../src/config/for-path.ts'
import { configSchemaFor } from '../../src/config/schema.ts'
import type { Report } from '../../src/domain/report.ts'
import type { EngineHandle } from '../../src/engine/engine.ts'
import type { Memory } from '../../src/memory/memory.ts'
import { runTask } from '../../src/runtime.ts'
import { configurableChecks } from '../../src/tasks/review/configurable-checks.ts'
import { type ReviewRequest, review } from '../../src/tasks/review/review.ts'
import { openWorkspace } from '../../src/workspace/open-workspace.ts'
import type { TemporaryRepository } from './git-repository.ts'

interface ReviewRun {
  engine?: EngineHandle | null
  config?: Record<string, unknown>
  request?: Partial<ReviewRequest>
  memory?: Memory | null
  maxTime?: number | null
  maxTokens?: number | null
  signal?: AbortSignal
  jobs?: number
  onEvent?: Parameters<typeof runTask>[2]['onEvent']
}

/** Runs the review task over the staged change of a real repository, with everything real but the model. */
export async function reviewStaged(repository: TemporaryRepository, run: ReviewRun = {}): Promise<Report> {
  const { engine = null, memory = null, maxTime = null, maxTokens = null, signal = new AbortController().signal } = run
  const config = configSchemaFor(configurableChecks).parse(run.config ?? {})
  const workspace = await openWorkspace(repository.root, { environment: repository.environment })
  const working = { kind: 'working' } as const
  try {
    return await runTask(
      review,
      {
        selector: { kind: 'staged' },
        paths: [],
        model: engine ? 'named' : 'none',
        options: config.review,
        optionsFor: reviewOptionsByPath(config),
        isExcluded: () => false,
        rules: config.rules,
        listRuleFiles: (folder) => workspace.listFiles(working, folder === '' ? undefined : folder),
        readRuleFile: async (path) => (await workspace.readFile(working, path))?.toString('utf8') ?? null,
        isInShard: () => true,
        ...run.request,
      },
      {
        runtime: {
          workspace,
          workshop: createWorkshop(workspace, { sandbox: config.sandbox, context: repository }),
          engine,
          memory: async () => memory,
          seed: 0,
          jobs: run.jobs ?? 1,
        },
        signal,
        maxTime,
        maxTokens,
        useCache: memory !== null,
        baseline: null,
        ...(run.onEvent && { onEvent: run.onEvent }),
      },
    )
  } finally {
    await workspace.close()
  }
}
