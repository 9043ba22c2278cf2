import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { temporaryFolder } from '../helpers/temporary-folder.ts'

/** JUnit 5 with all that Maven needs named by version, so that the repository below holds it. */
export const mavenManifest = (more = '') => `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>com.example</groupId>
  <artifactId>demo</artifactId>
  <version>1</version>
  <properties>
    <maven.compiler.source>17</maven.compiler.source>
    <maven.compiler.target>17</maven.compiler.target>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  ${more}
  <dependencies>
    <dependency>
      <groupId>org.junit.jupiter</groupId>
      <artifactId>junit-jupiter</artifactId>
      <version>5.10.2</version>
      <scope>test</scope>
    </dependency>
  </dependencies>
  <build>
    <plugins>
      <plugin><artifactId>maven-resources-plugin</artifactId><version>3.3.1</version></plugin>
      <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.13.0</version></plugin>
      <plugin><artifactId>maven-surefire-plugin</artifactId><version>3.2.5</version></plugin>
      <plugin><groupId>org.jacoco</groupId><artifactId>jacoco-maven-plugin</artifactId><version>0.8.12</version></plugin>
    </plugins>
  </build>
</project>
`

export const testClass = (name: string, body: string) => `package com.example;

import static org.junit.jupiter.api.Assertions.*;
import org.junit.jupiter.api.*;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ${name} {
${body}
}
`

const mvn = 'mvn'
const repository = resolve('.cache/maven-tests/repository')
const isPrepared = join(repository, 'prepared-1')

/** Where Maven finds everything without a network; a quick start matters more here than a fast end. */
export const mavenEnvironment: Readonly<Record<string, string>> = {
  MAVEN_OPTS: `-Dmaven.repo.local=${repository} -XX:TieredStopAtLevel=1 -XX:+UseSerialGC`,
}

/** Fills the repository once, with a network, by doing what the adapter does later without one. */
export function prepareMaven(): void {
  if (existsSync(isPrepared)) return
  using folder = temporaryFolder({
    'pom.xml': mavenManifest(),
    'src/main/java/com/example/Main.java': 'package com.example;\n\nclass Main {}\n',
    'src/test/java/com/example/FirstTest.java': testClass('FirstTest', '    @Test void passes() { new Main(); }'),
  })
  const goals = ['org.jacoco:jacoco-maven-plugin:prepare-agent', 'test', 'org.jacoco:jacoco-maven-plugin:report']
  execFileSync(mvn, ['-B', '-q', ...goals], { cwd: folder.path, env: { ...process.env, ...mavenEnvironment }, stdio: 'inherit' })
  writeFileSync(isPrepared, '')
}
