import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gradle } from '../../src/test-runners/gradle.ts'
import { ask } from '../helpers/programs.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { describeRunner, orderLetters } from './contract.ts'

const program = 'gradle'
const home = resolve('.cache/gradle-tests')
const environment = { GRADLE_USER_HOME: home, GRADLE_OPTS: '-XX:TieredStopAtLevel=1' }
const folder = 'src/test/java/com/example'

// As old a Gradle as Debian's has only JUnit 4, and any later one has it too.
const project = {
  'settings.gradle': '',
  'build.gradle': `apply plugin: 'java'
apply plugin: 'jacoco'
repositories { mavenCentral() }
jacoco { toolVersion = '0.8.12' }
dependencies { testImplementation 'junit:junit:4.13.2' }
`,
}

const testClass = (name: string, body: string) =>
  `package com.example;\n\nimport org.junit.*;\nimport static org.junit.Assert.*;\n\npublic class ${name} {\n${body}\n}\n`

const price = `package com.example;

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
`

/** Downloads once, with a network, what the adapter later finds without one. */
function prepare(): void {
  const isPrepared = join(home, 'prepared-1')
  if (existsSync(isPrepared)) return
  using first = temporaryFolder({
    ...project,
    'src/main/java/com/example/Price.java': price,
    [`${folder}/FirstTest.java`]: testClass('FirstTest', '    @Test public void passes() { new Price(); }'),
  })
  const environmentOfAll = { ...process.env, ...environment }
  execFileSync(program, ['--no-daemon', '-q', 'test', 'jacocoTestReport'], { cwd: first.path, env: environmentOfAll, stdio: 'inherit' })
  writeFileSync(isPrepared, '')
}

// Every run takes as long as all tests of another adapter, so it is only asked with `SOAK=1`; otherwise recorded reports must do.
describeRunner('gradle', {
  runner: gradle,
  prepare,
  project,
  files: {
    mixed: {
      path: `${folder}/MixedTest.java`,
      text: testClass(
        'MixedTest',
        `    @Test public void größe_$1() { System.out.println("<testcase name=\\"fake\\" classname=\\"Fake\\"/>"); }
    @Test public void fails() { fail("expected failure"); }
    @Test @Ignore public void skipped() {}
    @Test public void same() {}`,
      ),
    },
    other: { path: `${folder}/OtherTest.java`, text: testClass('OtherTest', '    @Test public void same() {}') },
    skippedOnly: { path: `${folder}/SkippedTest.java`, text: testClass('SkippedTest', '    @Test @Ignore public void skipped() {}') },
    broken: { path: `${folder}/BrokenTest.java`, text: 'package com.example;\n\nclass BrokenTest { void (\n' },
    endless: {
      path: `${folder}/EndlessTest.java`,
      text: testClass('EndlessTest', '    @Test public void never() throws Exception { Thread.sleep(600_000); }'),
    },
    order: {
      path: `${folder}/OrderTest.java`,
      text: testClass(
        'OrderTest',
        `    static void note(String letter) throws Exception {
        java.nio.file.Files.writeString(java.nio.file.Path.of(System.getenv("ORDER")), letter, java.nio.file.StandardOpenOption.APPEND);
    }
${orderLetters.map((letter) => `    @Test public void ${letter}() throws Exception { note("${letter}"); }\n`).join('')}`,
      ),
    },
  },
  measured: {
    files: {
      'src/main/java/com/example/Price.java': price,
      [`${folder}/PriceTest.java`]: testClass(
        'PriceTest',
        '    @Test public void addsUp() { assertEquals(30, Price.of(new int[] {10, 20}, false)); }\n    @Test public void fails() { fail("no"); }',
      ),
    },
    test: `${folder}/PriceTest.java`,
    source: 'src/main/java/com/example/Price.java',
    // The class itself is a line to JaCoCo, for the constructor that it has without a word and that nothing calls.
    lines: { 3: false, 5: true, 6: false, 8: true, 9: true, 10: true, 11: false, 13: true, 16: true },
    ways: { total: 8, taken: 5 },
  },
  passing: ['com.example.MixedTest#größe_$1', 'com.example.MixedTest#same'],
  failing: 'com.example.MixedTest#fails',
  other: 'com.example.OtherTest#same',
  unknown: 'com.example.MixedTest#nothing',
  environment,
  // Nothing of a module runs unless all of it compiles.
  survivesBrokenFile: false,
  shuffles: false,
  timeout: 8_000,
  isSlow: true,
  isMissing: process.env.SOAK !== '1' || ask('gradle', '--version') === null,
  isOptional: true,
})
