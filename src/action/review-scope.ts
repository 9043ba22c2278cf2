import { configOverrides } from '../commands/flags.ts'
import { reviewDigest } from '../commands/review-digest.ts'
import { trustedFiles } from '../commands/trusted-files.ts'
import { loadConfig } from '../config/load-config.ts'
import { repositoryRoot } from '../config/repository-root.ts'
import { configurableChecks } from '../tasks/review/configurable-checks.ts'
import { openWorkspace } from '../workspace/open-workspace.ts'
import type { Job } from './job.ts'

/** What a review of this job is made under: the same that `agent review --pr` computes for the same configuration. */
export async function digestOf({ inputs, directory, environment }: Pick<Job, 'inputs' | 'directory' | 'environment'>): Promise<string> {
  const { engine, model, config: explicitFile, base, head, 'base-url': baseUrl, 'fail-on': failOn } = inputs
  const given = { engine, model, baseUrl, failOn }
  const workspace = await openWorkspace(directory, { environment })
  try {
    const files = await trustedFiles(workspace, environment)
    const { config } = await loadConfig({
      directory,
      root: repositoryRoot(directory) ?? directory,
      environment,
      checks: configurableChecks,
      flags: configOverrides(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))),
      explicitFile,
      readBase: files.readBase,
    })
    // A review between other ends says nothing about the rest of the pull request.
    return await reviewDigest({ config, files, ...((base ?? head) !== undefined && { ends: [base ?? null, head ?? null] }) })
  } finally {
    await workspace.close()
  }
}
