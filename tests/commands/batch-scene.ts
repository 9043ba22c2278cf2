import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { type Report, reportSchema } from '../../src/domain/report.ts'
import { type TemporaryRepository, temporaryRepository } from '../helpers/git-repository.ts'
import { installed } from '../helpers/linter-runner.ts'
import { type ChatRequest, type ScriptedServer, startScriptedServer } from '../helpers/scripted-server.ts'

export const names = (count: number) => Array.from({ length: count }, (_, index) => `f${String(index + 1).padStart(2, '0')}`)

/** One problem that a linter sees and only a model can repair; another one that only a review sees. */
export const brokenFile = (name: string) => `export function ${name}(a, b) {\n  return a == b\n}\n`

/** A repository of broken files, and a linter that finds them. */
export function brokenRepository(count: number): TemporaryRepository & { readonly home: string } {
  const repository = temporaryRepository({
    files: {
      '.gitignore': 'node_modules\n',
      '.oxlintrc.json': JSON.stringify({ categories: { correctness: 'off' }, rules: { eqeqeq: 'error' } }),
      'package.json': JSON.stringify({ type: 'module', devDependencies: { oxlint: '*' } }),
      ...Object.fromEntries(names(count).map((name) => [`src/${name}.js`, brokenFile(name)])),
    },
  })
  onTestFinished(repository.remove)
  mkdirSync(join(repository.root, 'node_modules'))
  symlinkSync(join(installed, '.bin'), join(repository.root, 'node_modules/.bin'))
  return { ...repository, home: join(repository.root, '../agent') }
}

interface ModelOptions {
  delayMs?: number
  /** What it says of a file instead. */
  answer?(file: string): string | undefined
}

/** A model that repairs what it is shown, finds the comparison in a review, and explains the first line. */
export async function startModel({ delayMs = 0, answer = () => undefined }: ModelOptions = {}): Promise<ScriptedServer> {
  return startScriptedServer({
    async answer(request) {
      if (delayMs > 0) await sleep(delayMs)
      return answer(fileOf(request)) ?? answerTo(request)
    },
  })
}

/** Which file a question is about. */
export function fileOf(request: ChatRequest): string {
  const text = request.messages.map(({ content }) => content ?? '').join('\n')
  return /src\/f\d\d\.js/.exec(text)?.[0] ?? '?'
}

function answerTo(request: ChatRequest): string {
  const name = /f\d\d/.exec(fileOf(request))?.[0] ?? ''
  const schema = JSON.stringify(request.response_format?.json_schema?.schema ?? {})
  if (schema.includes('"claims"'))
    return JSON.stringify({
      claims: [{ text: `${name} compares`, path: `src/${name}.js`, startLine: 2, endLine: 2, quote: 'return a == b' }],
    })
  if (schema.includes('"findings"')) return JSON.stringify({ findings: [finding] })
  return `\`\`\`js\n${brokenFile(name).replace('==', '===')}\`\`\`\n`
}

const finding = {
  category: 'logic',
  severity: 'warning',
  confidence: 0.9,
  line: 2,
  quote: 'return a == b',
  title: 'Compares after conversions',
  explanation: 'Zero equals an empty text here.',
  suggestion: null,
}

/** All of a report but what no two runs share: time, usage, engine, and the names of applied runs. */
export function comparable(stdout: string): unknown {
  const { timing: _, usage: __, engine: ___, ...report } = reportSchema.parse(JSON.parse(stdout)) as Report
  return JSON.parse(JSON.stringify(report).replaceAll(/"\d{8}-[0-9a-f]{8}"/g, '"<run>"'))
}
