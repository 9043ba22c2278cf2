import { testRunners } from '../../test-runners/registry.ts'

/** What stands beside tests and is theirs: fixtures, fakes, data, and what sets a runner up. */
const support = [
  /(?:^|\/)(?:__tests__|__mocks__|__fixtures__|fixtures|testdata|cypress)\//,
  // Not `test` in a name of a package: Java has its sources under `src/main`.
  /(?:^|\/)(?:tests?|e2e)\/(?!.*\/src\/)/,
  /(?:^|\/)conftest\.py$/,
  /(?:^|\/)[^/]*\.config\.[cm]?[jt]s$/,
  /(?:^|\/)(?:jest|vitest|mocha|test)[-.]?setup\.[cm]?[jt]sx?$/i,
]

/** Whether a file is a test, or serves tests only: nobody wants tests of that. */
export const isForTests = (path: string): boolean =>
  testRunners.some((runner) => runner.isTestFile(path)) || support.some((pattern) => pattern.test(path))
