import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { XMLValidator } from 'fast-xml-parser'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Report, reportSchema } from '../../src/domain/report.ts'
import { formats } from '../../src/reporters/formats.ts'
import { runAgent } from '../commands/run-agent.ts'
import { temporaryRepository } from '../helpers/git-repository.ts'
import { hiddenIn } from '../helpers/hidden-characters.ts'
import { hostilePaths, hostileTexts } from '../helpers/hostile-texts.ts'
import { type ChatRequest, startScriptedServer } from '../helpers/scripted-server.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { expectValidSarif } from '../helpers/validate-sarif.ts'
import { markdownActions, otherCommands, runnerCommands, terminalActions } from './injection-consumers.ts'
import { cunningTexts } from './injection-texts.ts'

const texts = [...hostileTexts, ...cunningTexts].filter((text) => text.trim() !== '' && text.isWellFormed() && !text.includes('\0'))

/** Names that git and this file system take. */
const names = hostilePaths.filter(
  (path) => path.isWellFormed() && !/^\/|^\.{0,2}\/?$|\.\.|\/\.\/|:\/\//.test(path) && path.trim() !== '' && Buffer.byteLength(path) < 256,
)

/** A change of files with hostile names, each with some of the hostile texts as its code, in a commit with a hostile message. */
async function scene() {
  const repository = temporaryRepository({ files: { 'README.md': '# A\n' } })
  const home = temporaryFolder()
  const server = await startScriptedServer({ answer: hostileAnswer, models: ['scripted\u001b[31m::error::'] })
  onTestFinished(async () => {
    await server.close()
    repository.remove()
    home[Symbol.dispose]()
  })
  for (const [index, text] of texts.entries()) {
    const path = names[index % names.length] ?? ''
    const file = join(repository.root, index < names.length ? path : `src/file-${index}.ts`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `export const first = ${index}\n${text}\n`)
  }
  repository.git('add', '--all', '.')
  writeFileSync(join(home.path, 'message'), texts.join('\n'))
  repository.git('commit', '--quiet', '--no-verify', '--cleanup=verbatim', '--file', join(home.path, 'message'))
  const environment = { ...repository.environment, AGENT_HOME: home.path }
  const engine = ['--engine', 'endpoint', '--base-url', server.baseUrl, '--model', 'scripted']
  const review = (args: readonly string[], more: Record<string, string> = {}) =>
    runAgent(['review', '--commit', 'HEAD', ...engine, ...args], { cwd: repository.root, environment: { ...environment, ...more } })
  return { repository, home, review }
}

/** Quotes the first line of the file as a sound claim would, and says something hostile about it; sometimes it says nothing but that. */
function hostileAnswer({ messages }: ChatRequest, index: number): string {
  const text = texts[index % texts.length] ?? ''
  if (index % 20 === 19) return text
  const [quote = '', number = '0'] = /export const first = (\d+)/.exec(messages.map(({ content }) => content).join('\n')) ?? []
  const about = texts[Number(number)] ?? text
  const claim = {
    quote,
    line: 1,
    trigger: about,
    effect: `${about} and more`,
    category: 'logic',
    severity: 'warning',
    title: about.slice(0, 80),
  }
  return JSON.stringify({ findings: [claim], none: false })
}

const contract = ({ timing: _timing, usage: _usage, engine: _engine, ...rest }: Report) => rest

describe('a repository, commits and a model that mean harm', () => {
  it('have no effect in any format, on standard output or on standard error', { timeout: 300_000 }, async () => {
    const { home, review } = await scene()
    const first = await review(['--format', 'json'])
    const report = reportSchema.parse(JSON.parse(first.stdout))
    // What is shown below is hostile: otherwise that it does nothing would show little.
    expect(report.findings.length).toBeGreaterThan(texts.length / 2)
    expect([hiddenIn(first.stdout), names.length >= 15]).toEqual([[], true])

    for (const format of formats) {
      const { stdout, stderr } = await review(['--format', format], { GITHUB_ACTIONS: 'true' })
      const own = format === 'github' ? new Set(['stop-commands', 'error', 'warning', 'notice']) : new Set<string>()
      const commands = runnerCommands(stdout).filter(({ name }) => !own.has(name))
      expect([format, commands, otherCommands(stdout), terminalActions(stdout, { color: false })]).toEqual([format, [], [], []])
      expect([format, runnerCommands(stderr), otherCommands(stderr), terminalActions(stderr, { color: false })]).toEqual([
        format,
        [],
        [],
        [],
      ])
    }

    const files = Object.fromEntries(formats.map((format) => [format, join(home.path, `report.${format}`)]))
    await review(Object.entries(files).map(([format, file]) => `--report=${format}=${file}`))
    const read = (format: string) => readFileSync(files[format] ?? '', 'utf8')
    expect(markdownActions(read('markdown'))).toEqual([])
    expect([XMLValidator.validate(read('junit')), XMLValidator.validate(read('checkstyle'))]).toEqual([true, true])
    expect(contract(reportSchema.parse(JSON.parse(read('json')))).findings).toEqual(report.findings)
    const active = report.findings.filter(({ suppressed }) => suppressed === null).length
    const { diagnostics } = JSON.parse(read('rdjson')) as { diagnostics: { message: string }[] }
    expect([(JSON.parse(read('gitlab')) as unknown[]).length, diagnostics.length]).toEqual([active, active])
    expect(diagnostics.flatMap(({ message }) => markdownActions(message))).toEqual([])
    await expectValidSarif(read('sarif'))
  })

  it('have none on a terminal with colours, nor in what is told along the way', { timeout: 300_000 }, async () => {
    const { review } = await scene()
    const { stdout, stderr } = await review(['--format', 'pretty', '--verbose'], { FORCE_COLOR: '1' })
    expect(terminalActions(stdout, { color: true })).toEqual([])
    expect(stdout).toContain('\u001b[')
    expect(terminalActions(stderr, { color: true })).toEqual([])
    expect([runnerCommands(stdout), runnerCommands(stderr)]).toEqual([[], []])
  })

  it('have none where a call is refused: names and texts come back without their teeth', async () => {
    const { repository } = await scene()
    const calls = (text: string) => [
      ['review', '--commit', text],
      ['review', '--base', text],
      ['review', '--', text],
      ['merge', text],
      ['review', '--format', text],
      ['models', 'pull', text],
      [text],
    ]
    for (const [index, text] of texts.entries()) {
      const args = calls(text)[index % 7] ?? []
      const { stdout, stderr } = await runAgent(args, {
        cwd: repository.root,
        environment: { ...repository.environment, AGENT_OFFLINE: '1' },
      })
      expect([args, terminalActions(stdout + stderr, { color: false })]).toEqual([args, []])
      expect([args, runnerCommands(stdout), runnerCommands(stderr), otherCommands(stdout + stderr)]).toEqual([args, [], [], []])
    }
  })

  it('have none in a report that somebody else wrote', async () => {
    using folder = temporaryFolder()
    for (const [index, text] of texts.entries()) {
      const values = [text, JSON.stringify({ schemaVersion: text }), JSON.stringify({ [text]: text }), JSON.stringify([text])]
      writeFileSync(join(folder.path, `${index}.json`), values[index % 4] ?? '')
      const { code, stdout, stderr } = await runAgent(['merge', `${index}.json`], { cwd: folder.path })
      expect([code, stdout, terminalActions(stderr, { color: false })]).toEqual([2, '', []])
      expect([runnerCommands(stderr), otherCommands(stderr)]).toEqual([[], []])
    }
  })
})
