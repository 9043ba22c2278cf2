import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gradle } from '../../src/test-runners/gradle.ts'
import { classOf, parseJunitName } from '../../src/test-runners/junit-names.ts'
import { readJunitReports } from '../../src/test-runners/junit-report.ts'
import { compilerErrors } from '../../src/test-runners/jvm-build.ts'
import { maven } from '../../src/test-runners/maven.ts'
import type { TestRequest, TestRunner } from '../../src/test-runners/test-runner.ts'
import type { Command, RunCommand } from '../../src/workspace/command.ts'

const runs = process.env.SOAK === '1' ? 20_000 : 300

const readerOf = (files: Readonly<Record<string, string>>) => async (path: string) => files[path] ?? null

interface Answer {
  code?: number
  /** By path from where the build was started. */
  reports?: Readonly<Record<string, string>>
  coverage?: Readonly<Record<string, string>>
  output?: string
}

/** A build that answers as Maven and Gradle do around the script of the adapter: reports behind lines that only this run knows. */
async function built(
  runner: TestRunner,
  files: Readonly<Record<string, string>>,
  answers: readonly Answer[],
  more: Partial<TestRequest> = {},
) {
  const commands: Command[] = []
  const run: RunCommand = async (command) => {
    const { code = 0, reports = {}, coverage = {}, output = '' } = answers[Math.min(commands.length, answers.length - 1)] ?? {}
    commands.push(command)
    const folder = command.argv[4] ?? ''
    const told = (found: Readonly<Record<string, string>>) =>
      Object.entries(found)
        .map(([path, text]) => `\n${folder} ${path}\n${text}`)
        .join('')
    return {
      ending: { kind: 'exited', code },
      stdout: `/repo\n${told(reports)}\n${folder}\n${told(coverage)}`,
      stderr: output,
      durationMs: 1,
    }
  }
  const request = { files: [], readText: readerOf(files), run, timeout: 1000, signal: new AbortController().signal, ...more }
  const outcome = await runner.test({ runner: runner.name, directory: '.', program: [runner.name] }, request)
  return { outcome, argv: commands.map(({ argv }) => argv.slice(argv.indexOf(runner.name) + 1)) }
}

const suite = (cases: string) => `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="x" tests="1">${cases}</testsuite>`

describe('names of JUnit', () => {
  it('are a class, also one in another, and a method', () => {
    expect(parseJunitName('com.example.SizeTest$Größe#isSmall')).toEqual({ className: 'com.example.SizeTest$Größe', method: 'isSmall' })
    expect(parseJunitName('SizeTest#isSmall()')).toEqual({ className: 'SizeTest', method: 'isSmall' })
  })

  it('have no method that could be asked for when they are one of several runs, or a sentence', () => {
    for (const name of ['A#each(String)[1]', 'A#each[0]', 'A#is small, or "not"', 'A', 'A#a#b'])
      expect(parseJunitName(name)).toEqual({ className: 'A', method: null })
  })

  it('never become a pattern or another option, whatever they are', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\w.$*?!,#+()[\] -]*$/)), (name) => {
        const one = parseJunitName(name)
        expect(`${one?.className ?? ''}${one?.method ?? ''}`).not.toMatch(/[*?!,#+|[\]()\s%-]/)
      }),
      { numRuns: runs },
    )
  })

  it('begin with the package that a file declares, or with the one its folder stands for', async () => {
    const readText = readerOf({ 'test/A.java': '// x\npackage com.example;\n', 'src/test/kotlin/org/demo/B.kt': 'class B', 'C.java': '' })
    const classes = await Promise.all(['test/A.java', 'src/test/kotlin/org/demo/B.kt', 'C.java'].map((file) => classOf(file, { readText })))
    expect(classes).toEqual(['com.example.A', 'org.demo.B', 'C'])
  })
})

describe('reports of JUnit', () => {
  const read = async (text: string, files: Readonly<Record<string, string>> = {}, testFolders: readonly string[] = []) =>
    await readJunitReports([{ directory: 'a', path: 'a/target/x.xml', text }], {
      request: { readText: readerOf(files) },
      testFolders: async () => testFolders,
    })

  it('tell failures and errors with their text, what was skipped, and times in any form', async () => {
    const text = suite(
      `<testcase name="one" classname="x.A" time="1,234.5"/><testcase name="two" classname="x.A$B"><failure message="m"><![CDATA[at <x>]]></failure></testcase>
       <testcase name="three" classname="x.A" time="0.1"><error type="java.lang.Error"/></testcase><testcase name="four" classname="x.A"><failure/></testcase>
       <testcase name="five" classname="x.A"><skipped/></testcase><testcase name="" classname="x.A"><error message="before all"/></testcase>`,
    )
    const file = 'a/src/test/java/x/A.java'
    const test = { scope: file, file, status: 'failed', durationMs: null }
    expect(await read(text, { [file]: '' })).toEqual({
      skipped: 1,
      broken: [],
      tests: [
        { ...test, name: 'x.A#one', status: 'passed', durationMs: 1_234_500, failure: '' },
        { ...test, name: 'x.A$B#two', failure: 'at <x>' },
        { ...test, name: 'x.A#three', durationMs: 100, failure: 'java.lang.Error' },
        { ...test, name: 'x.A#four', failure: 'It failed without a message.' },
        { ...test, name: 'x.A', failure: 'before all' },
      ],
    })
  })

  it('have names with line breaks, in both ways to write them', async () => {
    const text = suite('<testcase name="a&#10;b" classname="x.A"/><testcase name="c\n&lt;d&gt;" classname="c\n&lt;d&gt;(x.A)"/>')
    expect((await read(text))?.tests.map(({ name }) => name)).toEqual(['x.A#a\nb', 'x.A#c\n<d>'])
  })

  it('find the file in the language it is written in, and in folders that the project has added', async () => {
    const text = suite('<testcase name="a" classname="x.A"/>')
    const fileIn = async (path: string, more: readonly string[] = []) => (await read(text, { [path]: '' }, more))?.tests[0]?.file
    expect(await fileIn('a/src/test/kotlin/x/A.kt')).toBe('a/src/test/kotlin/x/A.kt')
    expect(await fileIn('a/checks/x/A.java', ['checks'])).toBe('a/checks/x/A.java')
    expect(await fileIn('b/src/test/java/x/A.java')).toBeNull()
  })

  it('are no reports when they are cut short, or something else', async () => {
    for (const text of ['', 'x', '<testsuite><testcase name="a"', '<html></html>']) expect(await read(text)).toBeNull()
  })

  it('can be read whatever they hold, and execute nothing', async () => {
    const part = fc.constantFrom(
      '<testcase name="a" classname="b">',
      '</testcase>',
      '<failure>',
      '</failure>',
      '<skipped/>',
      '&#10;',
      '<![CDATA[',
      ']]>',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(part, fc.string())), async (parts) => {
        const gathered = await read(suite(parts.join('')))
        expect(gathered === null || gathered.tests.every(({ name }) => typeof name === 'string')).toBe(true)
      }),
      { numRuns: runs },
    )
  })
})

describe('what the compiler says', () => {
  const errorsOf = (output: string, code = 1) => compilerErrors({ code, output, pathOf: (path) => path.replace('/repo/', '') })

  it('is told by file, once, of Maven as of Gradle, of Java as of Kotlin', () => {
    const maven =
      '[ERROR] COMPILATION ERROR : \n[ERROR] /repo/src/A.java:[3,5] cannot find symbol\n[ERROR] /repo/src/A.java:[3,5] cannot find symbol\n'
    expect(errorsOf(maven)).toEqual([{ scope: 'src/A.java', file: 'src/A.java', reason: 'line 3: cannot find symbol' }])
    const javac =
      '> Task :compileTestJava FAILED\n/repo/src/A.java:7: error: not a statement\n  x;\n  ^\n/repo/src/B.java:1: error: class expected\n'
    expect(errorsOf(javac).map(({ file, reason }) => [file, reason])).toEqual([
      ['src/A.java', 'line 7: error: not a statement'],
      ['src/B.java', 'line 1: error: class expected'],
    ])
    expect(errorsOf(':compileTestKotlin FAILED\ne: file:///repo/src/C.kt:2:9 Unresolved reference: y\n')).toMatchObject([
      { file: 'src/C.kt', reason: 'line 2: Unresolved reference: y' },
    ])
  })

  it('is nothing where the build went well, or failed for something else', () => {
    const printed = '[ERROR] /repo/src/A.java:[3,5] printed by a test\n'
    expect(errorsOf(`COMPILATION ERROR\n${printed}`, 0)).toEqual([])
    expect(errorsOf(printed)).toEqual([])
  })
})

describe('a build by Maven', () => {
  const pom = '<project><build><plugins><plugin><artifactId>jacoco-maven-plugin</artifactId></plugin></plugins></build></project>'
  const test = 'src/test/java/x/ATest.java'
  const files = { 'pom.xml': pom, 'core/pom.xml': '<project/>', [test]: 'package x;', [`core/${test}`]: 'package x;' }
  const report = { 'target/surefire-reports/TEST-x.ATest.xml': suite('<testcase name="a" classname="x.ATest"/>') }

  it('is asked for classes and their modules only', async () => {
    const argvFor = async (more: Partial<TestRequest>) => (await built(maven, files, [{}], more)).argv[0]
    expect(await argvFor({ files: [`core/${test}`] })).toEqual(expect.arrayContaining(['-Dtest=x.ATest', '-am', '-pl', 'core']))
    expect(await argvFor({ files: [test], name: 'x.ATest$B#c' })).toEqual(expect.arrayContaining(['-Dtest=x.ATest$B#c']))
    expect(await argvFor({ files: [test], name: 'x.ATest#c[0]' })).toEqual(expect.arrayContaining(['-Dtest=x.ATest']))
    expect(await argvFor({ files: [test] })).not.toContain('-pl')
    expect(await argvFor({ files: ['src/test/java/x/A,B.java'] })).toEqual(['-B', '-o', '-fae', '-Dstyle.color=never', 'test'])
  })

  it('that fails is told by its own errors, without the advice behind them', async () => {
    const output =
      '[INFO] x\n[ERROR] Cannot access central in offline mode\n[ERROR] \n[ERROR] -> [Help 1]\n[ERROR] Re-run Maven using the -X switch\n'
    const { outcome } = await built(maven, files, [{ code: 1, output }])
    expect(outcome).toEqual({
      status: 'failed',
      reason: 'maven ended with 1, although no test was executed: [ERROR] Cannot access central in offline mode',
    })
    expect((await built(maven, files, [{ code: 1, output: 'no such thing' }])).outcome).toMatchObject({
      reason: expect.stringContaining('no such thing'),
    })
  })

  it('is run again without JaCoCo when that was never downloaded', async () => {
    const output = '[ERROR] Plugin org.jacoco:jacoco-maven-plugin:0.8.12 could not be resolved: Cannot access central in offline mode'
    const { outcome, argv } = await built(maven, files, [{ code: 1, output }, { reports: report }], { measures: true })
    expect(outcome).toMatchObject({ status: 'ran', tests: [{ id: `${test} > x.ATest#a` }], coverage: null })
    expect(argv.map((args) => args.some((arg) => arg.includes('jacoco')))).toEqual([true, false])
  })

  it('is not measured by a plugin that it does not have', async () => {
    const { outcome, argv } = await built(maven, { ...files, 'pom.xml': '<project/>' }, [{ reports: report }], { measures: true })
    expect(outcome).toMatchObject({ status: 'ran', coverage: null })
    expect(argv.flat().join(' ')).not.toContain('jacoco')
  })

  it('has its tests where it says', async () => {
    const own = { 'pom.xml': '<build><testSourceDirectory>${basedir}/checks</testSourceDirectory></build>', 'checks/x/ATest.java': '' }
    expect((await built(maven, own, [{ reports: report }])).outcome).toMatchObject({ tests: [{ file: 'checks/x/ATest.java' }] })
  })
})

describe('a build by Gradle', () => {
  const test = 'src/test/java/x/ATest.java'
  const files = {
    'build.gradle': "plugins { id 'java'; id 'jacoco' }",
    'core/build.gradle.kts': '',
    [test]: 'package x;',
    [`core/${test}`]: 'package x;',
  }
  const report = {
    'build/test-results/test/TEST-x.ATest.xml': suite('<testcase name="a()" classname="x.ATest" time="0.5"/>'),
    'core/build/test-results/test/TEST-x.ATest.xml': suite('<testcase name="[1] b c" classname="x.ATest"><failure>no</failure></testcase>'),
  }

  it('tells the tests of all modules', async () => {
    const { outcome, argv } = await built(gradle, files, [{ code: 1, reports: report }])
    expect(outcome).toMatchObject({
      tests: [
        { id: `${test} > x.ATest#a()`, status: 'passed', durationMs: 500 },
        { id: `core/${test} > x.ATest#[1] b c`, status: 'failed', failure: 'no' },
      ],
    })
    expect(argv[0]?.slice(-2)).toEqual(['cleanTest', 'test'])
  })

  it('is asked for classes with those in them, by module', async () => {
    const argvFor = async (more: Partial<TestRequest>) => (await built(gradle, files, [{}], more)).argv[0]?.slice(4)
    expect(await argvFor({ files: [test, `core/${test}`] })).toEqual([
      ':cleanTest',
      ':test',
      '--tests',
      'x.ATest',
      '--tests',
      'x.ATest$*',
      ':core:cleanTest',
      ':core:test',
      '--tests',
      'x.ATest',
      '--tests',
      'x.ATest$*',
    ])
    const oneTest = async (name: string) => (await argvFor({ files: [test], name }))?.at(-1)
    expect(await oneTest('x.ATest$B#a()')).toBe('x.ATest$B.a')
    expect(await oneTest('x.ATest#[1] b c')).toBe('x.ATest')
    expect(await oneTest('* x')).toBe('no.such.Class')
    expect((await argvFor({ files: ['src/test/java/x/A*.java'] }))?.at(-1)).toBe('no.such.Class')
  })

  it('runs nothing where Gradle says so, and fails where it does not build', async () => {
    const none = { code: 1, output: '> No tests found for given includes: [x.ATest.b](--tests filter)' }
    expect((await built(gradle, files, [none], { files: [test], name: 'x.ATest#b' })).outcome.status).toBe('not-run')
    const broken = { code: 1, output: `> Task :compileTestJava FAILED\n/repo/${test}:3: error: ';' expected` }
    expect((await built(gradle, files, [broken])).outcome).toEqual({ status: 'failed', reason: `${test}: line 3: error: ';' expected` })
    expect((await built(gradle, files, [{ reports: { 'build/test-results/test/TEST-x.xml': 'cut' } }])).outcome.status).toBe('failed')
  })

  it('is measured where it has the plugin: lines and ways by source, of all modules', async () => {
    const line = '<line nr="3" mi="0" ci="2" mb="1" cb="1"/>'
    const measured = (name: string) =>
      `<report name="x"><package name="x"><sourcefile name="${name}">${line}</sourcefile></package></report>`
    const coverage = {
      'build/reports/jacoco/test/jacocoTestReport.xml': measured('A.java'),
      'core/build/reports/jacoco/test/jacocoTestReport.xml': measured('B.kt'),
    }
    const sources = { ...files, 'src/main/java/x/A.java': '', 'core/src/main/kotlin/x/B.kt': '' }
    const { outcome, argv } = await built(gradle, sources, [{ code: 1, reports: report, coverage }], { measures: true })
    const told =
      outcome.status === 'ran'
        ? [...(outcome.coverage ?? [])].map(([path, { lines, branches }]) => [path, lines.get(3), branches.size])
        : []
    expect(told).toEqual([
      ['src/main/java/x/A.java', 1, 2],
      ['core/src/main/kotlin/x/B.kt', 1, 2],
    ])
    expect(argv[0]?.at(-1)).toBe('jacocoTestReport')
    expect(
      (await built(gradle, { ...sources, 'build.gradle': '' }, [{ code: 1, reports: report }], { measures: true })).outcome,
    ).toMatchObject({ coverage: null })
  })
})
