import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { reportSchema } from '../../src/domain/report.ts'
import { runAgent } from '../commands/run-agent.ts'
import { scriptedMoe } from '../helpers/local-models.ts'
import { temporaryFolder } from '../helpers/temporary-folder.ts'
import { project, textIn } from '../tasks/fix/fix-run.ts'

// Whole commands with a real model file on the real engine, in a process of its own and without any server. Its weights say what they are told to.

const source = `export function isEmpty(marmalade) {
  if (marmalade.length == 0) {
    return true
  }
  return false
}
`
const right = source.replace('==', '===')

const claim = {
  quote: 'if (marmalade.length == 0) {',
  line: 2,
  trigger: 'A jar whose length is the text 0.',
  effect: 'It counts as empty.',
  category: 'boundary',
  severity: 'error',
  title: 'The comparison converts types',
}

async function agent(cwd: string, ...argv: readonly string[]) {
  using home = temporaryFolder()
  const environment = { PATH: process.env.PATH, HOME: home.path, AGENT_HOME: join(home.path, 'agent') }
  return await runAgent([...argv, '--format', 'json'], { cwd, environment })
}

describe('with a model on this machine', () => {
  it('a review ends in the finding that the model made', async () => {
    const repository = project({ 'src/list.js': 'export {}\n' })
    writeFileSync(join(repository.root, 'src/list.js'), source)
    repository.git('add', '-A')
    const reply = JSON.stringify({ findings: [claim], none: false })
    const model = scriptedMoe({ replies: [{ trigger: 'marmalade', reply }], fallback: '{"findings":[],"none":true}' })
    const { code, stdout } = await agent(repository.root, 'review', '--staged', '--model', model)
    const report = reportSchema.parse(JSON.parse(stdout))
    expect([code, report.completeness]).toEqual([1, 'complete'])
    const made = report.findings.filter(({ source }) => source.kind === 'model')
    expect(made).toEqual([
      expect.objectContaining({ rule: 'review/boundary', severity: 'error', title: claim.title, evidence: `  ${claim.quote}` }),
    ])
  })

  it('a fix is what the model wrote, and its linter agrees', async () => {
    const repository = project({ 'src/list.js': source })
    const model = scriptedMoe({ replies: [{ trigger: 'marmalade', reply: `\`\`\`js\n${right}\`\`\`` }], fallback: 'I do not know.' })
    const { code, stdout } = await agent(repository.root, 'fix', '--sandbox', 'host', '--model', model, 'src/list.js')
    const report = reportSchema.parse(JSON.parse(stdout))
    expect([code, report.findings, report.completeness]).toEqual([0, [], 'complete'])
    expect(textIn(repository, 'src/list.js')).toBe(right)
  })
})
