const testFolders = /(?:^|\/)(?:tests?|__tests__|specs?|e2e|cypress|playwright|integration[-_]tests?|testing|testdata|test[-_]data)\//i
const testNames =
  /(?:^|[._-])(?:test|tests|spec|specs|e2e|cy|bench)\.\w+$|(?:^|\/)(?:test_[^/]*|[^/]*_(?:test|spec)|conftest|[^/]*(?:Tests?|Spec|TestCase|IT))\.\w+$/
const fixtures =
  /(?:^|\/)(?:fixtures?|__fixtures__|testdata|test[-_]?data|samples?|examples?|mocks?|__mocks__|stubs?|docs?|documentation|golden|snapshots|__snapshots__)\/|(?:^|[._/-])(?:fixtures?|mocks?|samples?|examples?|dummy|stub)\b[^/]*$/i
const prose = /\.(?:md|mdx|markdown|rst|adoc|asciidoc|txt|org|tex|html?)$/i

/** Whether a path names a file of tests, by the conventions of the usual runners. */
export function isTestPath(path: string): boolean {
  return testFolders.test(path) || testNames.test(path)
}

/** Whether a path names sample data, an example or a page of documentation. */
export function isSamplePath(path: string): boolean {
  return fixtures.test(path) || isProse(path)
}

/** Whether a file is written for people. */
export function isProse(path: string): boolean {
  return prose.test(path)
}
