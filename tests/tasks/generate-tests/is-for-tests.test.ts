import { expect, it } from 'vitest'
import { isForTests } from '../../../src/tasks/generate-tests/is-for-tests.ts'

it.each([
  'tests/conftest.py',
  'conftest.py',
  'tests/helpers/make.ts',
  'src/__mocks__/db.js',
  'pkg/testdata/gen.go',
  'src/test/java/com/shop/Fakes.java',
  'test/support/server.js',
  'vitest.config.ts',
  'jest.setup.js',
  'packages/web/src/price.test.ts',
])('says that %s is there for tests', (path) => {
  expect(isForTests(path)).toBe(true)
})

it.each([
  'src/price.ts',
  'src/testing.py',
  'lib/contest.js',
  'src/main/java/com/shop/Price.java',
  'tests/monorepo/packages/web/src/price.ts',
  'setup.py',
  'src/config.ts',
  'latest/price.go',
])('says that %s is there for itself', (path) => {
  expect(isForTests(path)).toBe(false)
})
