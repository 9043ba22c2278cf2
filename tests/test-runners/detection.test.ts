import { describe, expect, it } from 'vitest'
import { testRunners } from '../../src/test-runners/registry.ts'
import { detectTestRunners, useFor } from '../../src/test-runners/run-tests.ts'
import type { Project } from '../../src/workspace/project.ts'

function project(files: Readonly<Record<string, string>>, installed: readonly string[] = []): Project {
  return {
    root: '/somewhere',
    files: Object.keys(files).toSorted(),
    read: async (path) => files[path] ?? null,
    exists: async (path) => path in files || installed.includes(path),
  }
}

async function usesOf(files: Readonly<Record<string, string>>, installed: readonly string[] = []) {
  const found = await detectTestRunners(project(files, installed))
  return found.map(({ use }) => `${use.runner} ${use.directory} ${use.program.join(' ')}`).toSorted()
}

const manifest = (content: object) => JSON.stringify(content)

describe('detecting test runners', () => {
  it('finds none in a project without any', async () => {
    expect(await usesOf({ 'README.md': '', 'package.json': manifest({ scripts: { build: 'vitest' } }) })).toEqual([])
  })

  it('takes the program of the project before one on PATH, also from a folder above', async () => {
    const files = { 'package.json': '{}', 'packages/a/package.json': manifest({ scripts: { test: 'vitest run' } }) }
    expect(await usesOf(files)).toEqual(['vitest packages/a vitest'])
    expect(await usesOf(files, ['node_modules/.bin/vitest'])).toEqual(['vitest packages/a ../../node_modules/.bin/vitest'])
    expect(await usesOf(files, ['packages/a/node_modules/.bin/vitest', 'node_modules/.bin/vitest'])).toEqual([
      'vitest packages/a ./node_modules/.bin/vitest',
    ])
  })

  it('believes the test script before a configuration, and a configuration before a dependency', async () => {
    const dependencies = { devDependencies: { vitest: '1', jest: '1', mocha: '1' } }
    const scripted = { 'package.json': manifest({ ...dependencies, scripts: { test: 'c8 mocha' } }), 'vitest.config.ts': '' }
    expect(await usesOf(scripted)).toEqual(['mocha . mocha'])
    expect(await usesOf({ 'package.json': manifest(dependencies), 'vitest.config.ts': '' })).toEqual(['vitest . vitest'])
    expect(await usesOf({ 'package.json': manifest(dependencies) })).toEqual(['jest . jest', 'mocha . mocha', 'vitest . vitest'])
  })

  it('finds several in one package when its scripts name several', async () => {
    const files = { 'package.json': manifest({ scripts: { 'test:unit': 'node --import x --test src', 'test:e2e': 'jest -c e2e.json' } }) }
    expect(await usesOf(files)).toEqual(['jest . jest', 'node-test . node'])
  })

  it('finds a configuration inside package.json, and one without a package.json', async () => {
    expect(await usesOf({ 'package.json': manifest({ jest: {} }), 'web/.mocharc.yml': '' })).toEqual(['jest . jest', 'mocha web mocha'])
  })

  it('starts Jest with modules where the test script asks for them', async () => {
    const files = { 'package.json': manifest({ scripts: { test: 'NODE_OPTIONS=--experimental-vm-modules jest' } }) }
    expect(await usesOf(files)).toEqual(['jest . env NODE_OPTIONS=--experimental-vm-modules jest'])
  })

  it('leaves out a root that only depends on the runner, when all tests are in packages of their own', async () => {
    const files = {
      'package.json': manifest({ devDependencies: { vitest: '1' } }),
      'packages/a/package.json': manifest({ scripts: { test: 'vitest' } }),
      'packages/a/a.test.ts': '',
    }
    expect(await usesOf(files)).toEqual(['vitest packages/a vitest'])
    expect(await usesOf({ ...files, 'b.test.ts': '' })).toEqual(['vitest . vitest', 'vitest packages/a vitest'])
  })

  it('survives a broken package.json, and ignores installed packages', async () => {
    const files = {
      'package.json': '{ not json',
      'a/package.json': '[]',
      'node_modules/b/package.json': manifest({ scripts: { test: 'jest' } }),
      'c/package.json': manifest({ scripts: 'odd', devDependencies: ['odd'] }),
      'd/package.json': manifest({ scripts: { test: 7 } }),
    }
    expect(await usesOf(files)).toEqual([])
  })

  it('finds pytest by each of its configurations, and by test files alone', async () => {
    const configured = {
      'a/pytest.ini': '',
      'b/pyproject.toml': '[tool.pytest.ini_options]',
      'c/tox.ini': '[pytest]',
      'd/setup.cfg': '[tool:pytest]',
      'e/pyproject.toml': '[tool.ruff]',
      'f/tox.ini': '[tox]',
      'g/setup.cfg': '[metadata]',
    }
    expect(await usesOf(configured)).toEqual(['a', 'b', 'c', 'd'].map((folder) => `pytest ${folder} pytest`))
    expect(await usesOf({ 'tests/test_a.py': '' }, ['.venv/bin/pytest'])).toEqual(['pytest . ./.venv/bin/pytest'])
    expect(await usesOf({ 'a/pytest.ini': '', 'a/test_a.py': '' })).toEqual(['pytest a pytest'])
    expect(await usesOf({ 'setup.py': '' })).toEqual([])
  })

  it('finds every Go module but vendored ones, and every Rust package but a mere workspace', async () => {
    const files = {
      'go.mod': 'module a',
      'tools/go.mod': 'module b',
      'vendor/c/go.mod': 'module c',
      'Cargo.toml': '[workspace]\nmembers = ["x"]',
      'x/Cargo.toml': '[package]\nname = "x"',
    }
    expect(await usesOf(files)).toEqual(['cargo-test x cargo', 'go-test . go', 'go-test tools go'])
  })
})

describe('builds of the JVM', () => {
  const pom = (...modules: readonly string[]) =>
    `<project><modules>${modules.map((name) => `<module>${name}</module>`).join('')}</modules></project>`

  it('are started where no other build has them for a module', async () => {
    const files = {
      'pom.xml': pom('core', 'web/pom.xml', 'gone'),
      'core/pom.xml': pom(' deep '),
      'core/deep/pom.xml': '<project/>',
      'web/pom.xml': '<project/>',
      'tools/pom.xml': '<project><!-- <module>x</module> --></project>',
      'core/src/it/one/pom.xml': '<project/>',
    }
    expect(await usesOf(files)).toEqual(['maven . mvn', 'maven tools mvn'])
  })

  it('are started by Gradle where there are settings, or a build file alone, and left to Maven where there are both', async () => {
    const files = {
      'a/settings.gradle.kts': '',
      'a/core/build.gradle.kts': '',
      'a/buildSrc/build.gradle': '',
      'a/nested/settings.gradle': '',
      'b/build.gradle': '',
      'b/core/build.gradle': '',
      'c/build.gradle': '',
      'c/pom.xml': '<project/>',
    }
    expect(await usesOf(files)).toEqual(['gradle a gradle', 'gradle a/nested gradle', 'gradle b gradle', 'maven c mvn'])
  })

  it('have their tests where Maven and Gradle look for them', async () => {
    const uses = await detectTestRunners(project({ 'a/pom.xml': '', 'b/build.gradle': '' }))
    const owner = (path: string) => useFor(uses, path)?.use.runner
    const paths = [
      'a/src/test/java/x/SizeTest.java',
      'b/m/src/test/kotlin/SizeTest.kt',
      'a/src/test/java/x/Sizes.java',
      'b/src/test/groovy/x/SizeSpec.groovy',
    ]
    expect(paths.map(owner)).toEqual(['maven', 'gradle', 'maven', 'gradle'])
    expect(['a/src/main/java/x/SizeTest.java', 'a/src/test/resources/x.txt', 'src/test/java/ATest.java'].map(owner)).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('test files', () => {
  const named = (name: string) => testRunners.find((runner) => runner.name === name)!
  const cases: Record<string, { yes: string[]; no: string[] }> = {
    vitest: { yes: ['a.test.ts', 'x/b.spec.mjs', 'c.test.tsx'], no: ['test/a.ts', 'a.tests.ts', 'test.ts', 'a.test.py'] },
    jest: { yes: ['a.test.js', '__tests__/a.js', 'x/__tests__/y/a.tsx', 'test.js', 'x/spec.ts'], no: ['latest.js', 'test/a.js'] },
    mocha: { yes: ['test/a.js', 'test/x/a.cjs', 'a.spec.js'], no: ['a.js', 'latest/a.js'] },
    'node-test': { yes: ['a.test.js', 'a-test.mjs', 'a_test.cjs', 'test.js', 'test-a.js', 'test/a.js'], no: ['latest.js', 'a.spec.js'] },
    pytest: { yes: ['test_a.py', 'x/a_test.py'], no: ['a.py', 'test_a.pyc', 'tests/a.py'] },
    'go-test': { yes: ['a_test.go', 'x/b_test.go'], no: ['a.go', '_a_test.go', '.a_test.go'] },
    'cargo-test': { yes: ['tests/a.rs', 'x/tests/a/main.rs'], no: ['src/a.rs', 'tests/a/common.rs'] },
  }
  for (const [name, { yes, no }] of Object.entries(cases)) {
    it(`are told apart by the default patterns of ${name}`, () => {
      expect(yes.filter((path) => !named(name).isTestFile(path))).toEqual([])
      expect(no.filter((path) => named(name).isTestFile(path))).toEqual([])
    })
  }

  it('belong to the nearest use that knows them, else to one that may', async () => {
    const uses = await detectTestRunners(
      project({
        'package.json': manifest({ scripts: { test: 'jest' } }),
        'a/package.json': manifest({ scripts: { test: 'vitest' } }),
        'Cargo.toml': '[package]',
        'go.mod': 'module x',
      }),
    )
    const owner = (path: string) => {
      const found = useFor(uses, path)
      return found && `${found.use.runner} ${found.use.directory}`
    }
    expect(owner('a/x.test.ts')).toBe('vitest a')
    expect(owner('x.test.ts')).toBe('jest .')
    // Jest's own pattern is surer than that it could be one of Vitest's.
    expect(owner('a/__tests__/x.ts')).toBe('jest .')
    expect(owner('a/checks/x.ts')).toBe('vitest a')
    expect(owner('src/lib.rs')).toBe('cargo-test .')
    expect(owner('x.go')).toBeUndefined()
    expect(owner('x.md')).toBeUndefined()
  })
})
