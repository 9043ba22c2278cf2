import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { AppError } from '../../../src/domain/errors.ts'
import { generateTestsResultSchema } from '../../../src/domain/generated-tests.ts'
import type { GenerateRequest } from '../../../src/engine/engine.ts'
import { generateTests, type GenerateTestsRequest } from '../../../src/tasks/generate-tests/generate-tests.ts'
import { temporaryRepository } from '../../helpers/git-repository.ts'
import { installed } from '../../helpers/linter-runner.ts'
import { pathWithTools } from '../../helpers/programs.ts'
import { scriptedEngine } from '../../helpers/scripted-engine.ts'
import { runOn } from '../../helpers/task-run.ts'

const request: GenerateTestsRequest = {
  scope: { kind: 'paths', covers: (path) => path.startsWith('src/') },
  isExcluded: () => false,
  shard: null,
  only: null,
  maxTests: 20,
  targetCoverage: null,
  repeat: 1,
  apply: true,
  commit: false,
  benches: 1,
  commandTimeout: 60_000,
}

/** A repository that tests itself with Node.js, which starts fastest. */
export const nodeFiles: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ name: 'demo', type: 'module', scripts: { test: 'node --test' } }),
  'src/price.js': `export function discount(price, percent) {
  if (percent > 100) throw new RangeError('percent')
  return price - (price * percent) / 100
}

export function shipping(total) {
  return total >= 50 ? 0 : 5
}
`,
  'test/price.test.js': `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { discount } from '../src/price.js'

test('takes a part off', () => {
  assert.equal(discount(200, 25), 150)
  assert.equal(discount(10, 100), 0)
  assert.throws(() => discount(10, 101), RangeError)
})
`,
}

export const fenced = (...lines: readonly string[]): string => `Sure:\n\`\`\`js\n${lines.join('\n')}\n\`\`\`\n`

/** Answers by the function that is asked about, in turn; then a refusal. */
type Script = Readonly<Record<string, readonly (string | AppError)[]>>

/** A repository that is removed with the test. */
export function repositoryOf(files: Readonly<Record<string, string>>, packages: readonly string[] = []) {
  const repository = temporaryRepository({ files: { '.gitignore': 'node_modules\n', ...files } })
  onTestFinished(repository.remove)
  if (packages.length > 0) mkdirSync(join(repository.root, 'node_modules'))
  for (const name of packages) symlinkSync(join(installed, name), join(repository.root, 'node_modules', name))
  return { ...repository, environment: { ...repository.environment, PATH: pathWithTools } }
}

type Repository = ReturnType<typeof repositoryOf>

/** A model that follows a script. */
function scripted(script: Script) {
  const left = new Map(Object.entries(script).map(([name, answers]) => [name, [...answers]]))
  return scriptedEngine((asked: GenerateRequest) => {
    const text = asked.messages.map((message) => message.text).join('\n')
    const name = /Write one test for ([\w.]+):/.exec(text)?.[1] ?? ''
    return left.get(name)?.shift() ?? `I have nothing to say about ${name}.`
  })
}

type Options = Partial<Parameters<typeof runOn>[3]>

/** Runs the task on a repository, with everything real but the model. */
export async function generateOn(repository: Repository, script: Script, more: Partial<GenerateTestsRequest> = {}, options: Options = {}) {
  const model = scripted(script)
  const report = await runOn(repository, generateTests, { ...request, ...more }, { engine: model.handle, ...options })
  return {
    report,
    model,
    result: generateTestsResultSchema.parse(report.result),
    read: (path: string) => readFileSync(join(repository.root, path), 'utf8'),
    status: repository.git('status', '--porcelain'),
  }
}
