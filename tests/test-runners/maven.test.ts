import { describe, expect, it } from 'vitest'
import { maven } from '../../src/test-runners/maven.ts'
import { projectOf, runOnHost } from '../helpers/linter-runner.ts'
import { ask } from '../helpers/programs.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { describeRunner, orderLetters } from './contract.ts'
import { mavenEnvironment, mavenManifest, prepareMaven, testClass } from './maven-project.ts'

const isMissing = ask('mvn', '--version') === null
const folder = 'src/test/java/com/example'

describeRunner('maven', {
  runner: maven,
  prepare: prepareMaven,
  project: { 'pom.xml': mavenManifest() },
  files: {
    mixed: {
      path: `${folder}/MixedTest.java`,
      text: testClass(
        'MixedTest',
        `    @ParameterizedTest @ValueSource(strings = {"it's \\"(a|b)\\" $1 é"}) void odd(String text) {
        System.out.println("\\n<testcase name=\\"fake\\" classname=\\"Fake\\"/>\\n");
    }
    @Test void fails() { fail("expected failure"); }
    @Test @Disabled void skipped() {}
    @Nested class Größe { @Test void same() {} }`,
      ),
    },
    other: { path: `${folder}/OtherTest.java`, text: testClass('OtherTest', '    @Test void same() {}') },
    skippedOnly: { path: `${folder}/SkippedTest.java`, text: testClass('SkippedTest', '    @Test @Disabled void skipped() {}') },
    broken: { path: `${folder}/BrokenTest.java`, text: 'package com.example;\n\nclass BrokenTest { void (\n' },
    endless: {
      path: `${folder}/EndlessTest.java`,
      text: testClass('EndlessTest', '    @Test void never() throws Exception { Thread.sleep(600_000); }'),
    },
    order: {
      path: `${folder}/OrderTest.java`,
      text: testClass(
        'OrderTest',
        `    static void note(String letter) throws Exception {
        java.nio.file.Files.writeString(java.nio.file.Path.of(System.getenv("ORDER")), letter, java.nio.file.StandardOpenOption.APPEND);
    }
${orderLetters.map((letter) => `    @Test void ${letter}() throws Exception { note("${letter}"); }\n`).join('')}`,
      ),
    },
  },
  measured: {
    files: {
      'src/main/java/com/example/Price.java': `package com.example;

class Price {
    static int of(int[] items, boolean isMember) {
        if (items.length == 0) {
            return 0;
        }
        int sum = 0;
        for (int item : items) {
            if (item > 100) {
                sum += item / 2;
            } else {
                sum += item;
            }
        }
        return isMember ? sum - 5 : sum;
    }
}
`,
      [`${folder}/PriceTest.java`]: testClass(
        'PriceTest',
        '    @Test void addsUp() { assertEquals(30, Price.of(new int[] {10, 20}, false)); }\n    @Test void fails() { fail("no"); }',
      ),
    },
    test: `${folder}/PriceTest.java`,
    source: 'src/main/java/com/example/Price.java',
    // The class itself is a line to JaCoCo, for the constructor that it has without a word and that nothing calls.
    lines: { 3: false, 5: true, 6: false, 8: true, 9: true, 10: true, 11: false, 13: true, 16: true },
    // Both ways of the loop: into it and past its end.
    ways: { total: 8, taken: 5 },
  },
  passing: ['com.example.MixedTest#odd(String)[1]', 'com.example.MixedTest$Größe#same'],
  failing: 'com.example.MixedTest#fails',
  other: 'com.example.OtherTest#same',
  unknown: 'com.example.MixedTest#nothing',
  environment: mavenEnvironment,
  // Nothing of a module runs unless all of it compiles.
  survivesBrokenFile: false,
  timeout: 6_000,
  isSlow: true,
  isMissing,
})

describe.skipIf(isMissing && process.env.CI !== 'true')('a build of several modules', { timeout: 180_000 }, () => {
  it('runs the modules of the files asked for, and tells the tests of each by file', async () => {
    prepareMaven()
    const module = (name: string) =>
      mavenManifest('<parent><groupId>com.example</groupId><artifactId>all</artifactId><version>1</version></parent>').replace(
        '>demo<',
        `>${name}<`,
      )
    using build = temporaryFolder({
      'pom.xml':
        '<project><modelVersion>4.0.0</modelVersion><groupId>com.example</groupId><artifactId>all</artifactId><version>1</version><packaging>pom</packaging><modules><module>a</module><module>b</module><!-- <module>c</module> --></modules></project>',
      'a/pom.xml': module('a'),
      [`a/${folder}/SameTest.java`]: testClass('SameTest', '    @Test void works() {}'),
      'b/pom.xml': module('b'),
      [`b/${folder}/SameTest.java`]: testClass('SameTest', '    @Test void works() { fail("only in b"); }'),
    })
    const project = projectOf(build.path)
    const [use, ...others] = await maven.detect(project)
    const test = async (files: readonly string[]) =>
      await maven.test(use!, {
        files,
        readText: (path) => project.read(path),
        run: runOnHost(build.path, mavenEnvironment),
        timeout: 120_000,
        signal: new AbortController().signal,
      })
    expect(others).toEqual([])
    expect(await test([`a/${folder}/SameTest.java`])).toMatchObject({
      tests: [{ id: `a/${folder}/SameTest.java > com.example.SameTest#works`, status: 'passed' }],
    })
    expect(await test([])).toMatchObject({
      tests: [
        { file: `a/${folder}/SameTest.java`, status: 'passed' },
        { file: `b/${folder}/SameTest.java`, status: 'failed', failure: expect.stringContaining('only in b') },
      ],
    })
  })
})
