import { createHash } from 'node:crypto'
import type { Config } from '../config/schema.ts'
import { loadRules } from '../tasks/review/rules.ts'
import { defaultBaseline } from './baseline-file.ts'
import type { TrustedFiles } from './trusted-files.ts'

interface Deciding {
  config: Config
  files: Pick<TrustedFiles, 'list' | 'read'>
  /** Only these files and folders. */
  paths?: readonly string[]
  /** What `--baseline` says. */
  baseline?: string | undefined
  shard?: { index: number; count: number } | undefined
  /** Ends of the change that are not those of the pull request. */
  ends?: readonly (string | null)[]
}

/**
 * Digest of what a review is made under, however it was started: by a shell or by a job, whose next one may build on it. Where any of it is
 * another, an earlier review says nothing about this one.
 */
export async function reviewDigest({ config, files, paths = [], baseline, shard, ends = [] }: Deciding): Promise<string> {
  const { engine, review, paths: overrides, include, exclude, rules } = config
  const { use, model, baseUrl } = engine
  // A review that ran out of time is not built on, so how long it might have taken says nothing.
  const { maxTime: _, ...options } = review
  const [texts, accepted] = await Promise.all([
    loadRules(rules, files).then((loaded) => Promise.all(loaded.map(async ({ path }) => [path, await files.read(path)]))),
    baseline === undefined ? files.read(defaultBaseline).catch(() => null) : baseline,
  ])
  const deciding = [use, model, baseUrl, options, overrides, include, exclude, texts, accepted, shard ?? null, paths, ends]
  return createHash('sha256').update(JSON.stringify(deciding)).digest('hex')
}
