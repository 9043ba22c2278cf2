import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const example = join(root, 'examples/generate-tests')

export const exampleLanguages = ['typescript', 'python'] as const
export type ExampleLanguage = (typeof exampleLanguages)[number]

/** Makes the example of a language into a git repository with one commit, and gives it the packages that it depends on. */
export function makeExampleRepository(language: ExampleLanguage, folder: string): void {
  cpSync(join(example, language), folder, { recursive: true })
  if (language === 'typescript') linkPackages(folder)
  git(folder, 'init', '--quiet', '--initial-branch=main')
  git(folder, 'add', '--all')
  git(folder, 'commit', '--quiet', '--message', 'feat: a post office')
}

/** Single links, because a folder of packages that leads out of the repository as a whole is not trusted to be its own. */
function linkPackages(folder: string) {
  const link = (target: string, name: string) => {
    mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true })
    symlinkSync(realpathSync(join(root, 'node_modules', target)), join(folder, 'node_modules', name))
  }
  link('.bin/vitest', '.bin/vitest')
  link('vitest', 'vitest')
  link('@vitest/coverage-v8', '@vitest/coverage-v8')
}

/** The answers of the scripted model in their order, by `<path> <name>` of what they are for. */
export function exampleAnswers(language: ExampleLanguage): ReadonlyMap<string, readonly string[]> {
  const sections = readFileSync(join(example, 'answers', `${language}.md`), 'utf8')
    .split(/^## /m)
    .slice(1)
  return new Map(
    sections.map((section) => {
      const [target = ''] = section.split('\n')
      return [target, [...section.matchAll(/^```\w+\n.*?^```$/gms)].map(([fence]) => fence)]
    }),
  )
}

interface Asked {
  messages: readonly { role: string; content: string | null }[]
}

/** A model that answers the questions about each target in order, and at last has nothing more to say. */
export function scriptedAnswers(languages: readonly ExampleLanguage[]): (request: Asked) => string {
  const answers = new Map(languages.flatMap((language) => [...exampleAnswers(language)]))
  const given = new Map<string, number>()
  return ({ messages }) => {
    const question = messages.find(({ role }) => role === 'user')?.content ?? ''
    const path = /^The code under test is in (\S+);/m.exec(question)?.[1] ?? ''
    const name = /^Write one test for (.+):$/m.exec(question)?.[1] ?? ''
    const target = `${path} ${name}`
    const turn = given.get(target) ?? 0
    given.set(target, turn + 1)
    return answers.get(target)?.[turn] ?? 'I know no other test for it.'
  }
}

/** Git as on a bare machine: no hooks, signatures or line endings of whoever runs this, and not the repository that a hook may stand in. */
function git(folder: string, ...args: readonly string[]) {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')))
  const identity = ['-c', 'user.name=Ada Demo', '-c', 'user.email=ada@example.com']
  const plain = ['-c', 'commit.gpgSign=false', '-c', 'core.hooksPath=.no-hooks', '-c', 'core.autocrlf=false', '-c', 'core.excludesFile=']
  execFileSync('git', [...identity, ...plain, ...args], { cwd: folder, env: environment, stdio: ['ignore', 'ignore', 'inherit'] })
}
