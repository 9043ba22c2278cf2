import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TemporaryRepository, temporaryRepository } from './git-repository.ts'
import { installed } from './linter-runner.ts'
import { pathWithTools } from './programs.ts'

export interface LintedRepository extends TemporaryRepository {
  /** Installs a program under `node_modules/.bin`, which git ignores: a shell script. */
  install(name: string, script: string): void
  /** Names of the installed programs that were started, in order. */
  started(): string[]
}

/** A repository whose tools are found, as after `npm install`. Programs of its own write down when they start. */
export function lintedRepository(files: Readonly<Record<string, string>>): LintedRepository {
  const repository = temporaryRepository({ files: { '.gitignore': 'node_modules\n', 'package.json': '{"type":"module"}', ...files } })
  const log = join(repository.root, '../started.log')
  return {
    ...repository,
    environment: { ...repository.environment, PATH: pathWithTools },
    install(name, script) {
      const folder = join(repository.root, 'node_modules/.bin')
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, name), `#!/bin/sh\necho ${name} >> '${log}'\n${script}\n`)
      chmodSync(join(folder, name), 0o755)
    },
    started: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
  }
}

/** What an installed program does that is only to be counted. */
export const realTool = (name: string): string => `exec '${join(installed, '.bin', name)}' "$@"`
