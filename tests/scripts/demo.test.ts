import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { demoScript, example, makeDemoRepository } from '../../scripts/demo-repository.ts'
import { type Report, reportSchema } from '../../src/domain/report.ts'

let folder: string
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'demo-')))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The environment of somebody who has set up nothing. */
const bare = () => {
  const kept = Object.entries(process.env).filter(([name]) => !/^(AGENT_|GIT_|XDG_)/.test(name))
  return { ...Object.fromEntries(kept), HOME: folder, TMPDIR: folder, GIT_CONFIG_NOSYSTEM: '1' }
}

/** The table of the example's README: where, by which rule and how bad. */
const documented = () =>
  [...readFileSync(join(example, 'README.md'), 'utf8').matchAll(/^\| `(\S+):(\d+)` \| `(\S+)` \| (\w+) \|/gm)].map(
    ([, path, line, rule, severity]) => `${path}:${line} ${rule} ${severity}`,
  )
const found = ({ findings }: Report) =>
  findings.map(({ region, rule, severity }) => `${region.path}:${region.startLine} ${rule} ${severity}`)

function demo(...flags: readonly string[]) {
  const file = join(folder, 'report.json')
  const script = join(import.meta.dirname, '../../scripts/demo.ts')
  const { status, stdout } = spawnSync(process.execPath, [script, '--report', `json=${file}`, ...flags], { env: bare(), encoding: 'utf8' })
  return { status, stdout, report: reportSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) }
}

describe('the demo', () => {
  it('finds on a bare machine what the example documents, and says first that a test model answers', () => {
    const { status, stdout, report } = demo()
    expect({ status, findings: found(report), completeness: report.completeness }).toEqual({
      status: 0,
      findings: documented(),
      completeness: 'complete',
    })
    expect(stdout.split('\n')[0]).toMatch(/TEST MODEL.*agent models pull.*--base-url/)
  })

  it('names the planted secret, conflict marker and focused test without any model', () => {
    const { status, stdout, report } = demo('--engine', 'none')
    expect({ status, findings: found(report) }).toEqual({ status: 0, findings: documented().filter((line) => line.includes('check/')) })
    expect(stdout).not.toContain('TEST MODEL')
  })

  it('does not show the planted secret on the terminal', () => {
    const repository = join(folder, 'to-read')
    makeDemoRepository(repository)
    const [token] = /sk_live_\w+/.exec(readFileSync(join(repository, 'src/config.ts'), 'utf8')) ?? []
    const { stdout } = demo('--engine', 'none')
    expect(token).toBeDefined()
    expect(stdout).not.toContain(token)
  })

  it('has a test model that speaks about changed lines only', () => {
    const repository = join(folder, 'to-compare')
    makeDemoRepository(repository)
    const diff = execFileSync('git', ['diff', '--cached', '--unified=0'], { cwd: repository, encoding: 'utf8' })
    const added = new Set(diff.split('\n').flatMap((line) => (line.startsWith('+') ? [line.slice(1)] : [])))
    const quotes = demoScript().replies.flatMap(({ reply }) => (JSON.parse(reply) as { findings: { quote: string }[] }).findings)
    expect(quotes.filter(({ quote }) => !added.has(quote))).toEqual([])
  })
})
