import type { ChangedFile } from '../../domain/change.ts'
import { isProse, isTestPath } from '../review/checks/file-roles.ts'
import { skipReason } from '../review/skip.ts'

/** What a file is for, as far as its path tells. */
export type FileRole = 'source' | 'test' | 'docs' | 'ci' | 'build' | 'settings' | 'generated'

const ci =
  /^\.(?:github\/(?:workflows|actions)|circleci|buildkite|woodpecker|gitlab\/ci)\/|^\.(?:gitlab-ci|travis|drone|cirrus|appveyor)\.ya?ml$|^(?:azure-pipelines|bitbucket-pipelines|appveyor|codecov)\.ya?ml$|(?:^|\/)Jenkinsfile$/
const build =
  /(?:^|\/)(?:package\.json|Cargo\.toml|go\.mod|pyproject\.toml|setup\.(?:py|cfg)|requirements[\w-]*\.(?:txt|in)|Pipfile|Gemfile|[\w-]+\.gemspec|composer\.json|pom\.xml|build\.gradle(?:\.kts)?|settings\.gradle(?:\.kts)?|gradle\.properties|CMakeLists\.txt|Makefile|GNUmakefile|meson\.build|BUILD(?:\.bazel)?|WORKSPACE|Dockerfile[\w.-]*|docker-compose[\w.-]*\.ya?ml|compose\.ya?ml|tsconfig[\w.-]*\.json|pnpm-workspace\.yaml|lerna\.json|nx\.json|turbo\.json|(?:webpack|rollup|rolldown|vite|esbuild|tsup|tsdown|babel|postcss|metro)\.config\.\w+)$/
const settings =
  /(?:^|\/)\.[\w-]+(?:rc)?(?:\.(?:json|ya?ml|toml|c?js|mjs))?$|(?:^|\/)\.(?:vscode|idea|husky|devcontainer|github)\/|(?:^|\/)(?:biome\.jsonc?|(?:eslint|prettier|commitlint|stylelint|lint-staged|jest|vitest|playwright)\.config\.\w+|lefthook\.ya?ml|renovate\.json5?)$/
const documents = /(?:^|\/)(?:LICEN[CS]E|NOTICE|AUTHORS|CONTRIBUTORS|CODEOWNERS|CHANGELOG|README)[\w.-]*$/i
const prosePictures = /^docs?\/.*\.(?:png|jpe?g|gif|svg|webp|ico|drawio)$/i

/** The role of a changed file. Where several fit, the one that says most about the change. */
export function roleOf(file: ChangedFile): FileRole {
  const { path, kind } = file
  const skip = skipReason({ ...file, status: 'modified', kind: kind === 'text' ? 'text' : 'binary', omitted: null }, () => false)
  if (kind === 'submodule' || skip?.reason === 'lockfile') return 'build'
  if (skip !== null && skip.reason !== 'binary') return 'generated'
  if (ci.test(path)) return 'ci'
  if (build.test(path)) return 'build'
  if (documents.test(path) || prosePictures.test(path)) return 'docs'
  if (settings.test(path)) return 'settings'
  if (isTestPath(path)) return 'test'
  return isProse(path) ? 'docs' : 'source'
}
