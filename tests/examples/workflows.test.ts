import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { ask } from '../helpers/programs.ts'
import { unknownFlagsIn } from './known-flags.ts'
import { complaintsAbout } from './validate-workflow.ts'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const paths = globSync(['examples/github/*.yml', '.github/workflows/*.yml'], { cwd: root })
  .map((path) => path.replaceAll('\\', '/'))
  .toSorted()
const examples = paths.filter((path) => path.startsWith('examples/'))

const permissionsSchema = z.record(z.string(), z.enum(['read', 'write', 'none']))
const stepSchema = z.looseObject({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
})
const workflowSchema = z.looseObject({
  on: z.record(z.string(), z.unknown()),
  permissions: permissionsSchema,
  concurrency: z.strictObject({ group: z.string(), 'cancel-in-progress': z.union([z.boolean(), z.string()]) }),
  jobs: z.record(
    z.string(),
    z.looseObject({
      if: z.string().optional(),
      uses: z.string().optional(),
      'runs-on': z.union([z.string(), z.array(z.string())]).optional(),
      'timeout-minutes': z.number().optional(),
      permissions: permissionsSchema.optional(),
      steps: z.array(stepSchema).optional(),
    }),
  ),
})
type Workflow = z.infer<typeof workflowSchema>

const workflowIn = (text: string): Workflow => workflowSchema.parse(parse(text))
const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps }) => steps ?? [])

/** What a line of a workflow does that none may do, each as a sentence. */
function dangersIn(text: string): string[] {
  const workflow = workflowIn(text)
  const uses = [...text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, value = '']) => value)
  const isOurs = (value: string) => value.startsWith('./')
  const isPinned = (value: string) => /^[\w.-]+(?:\/[\w.-]+)+@[\da-f]{40} # v\d+\.\d+\.\d+$/.test(value)
  const checkouts = stepsOf(workflow).filter((step) => step.uses?.startsWith('actions/checkout@'))
  const isPrivileged = 'pull_request_target' in workflow.on || 'workflow_run' in workflow.on
  return [
    ...uses.filter((value) => !isOurs(value) && !isPinned(value)).map((value) => `is not pinned: ${value}`),
    ...stepsOf(workflow).flatMap(({ run }) => (run?.includes('${{') && !isHarmless(run) ? [`has an expression in a script: ${run}`] : [])),
    ...checkouts.filter((step) => step.with?.['persist-credentials'] !== false).map(() => 'leaves its token in the checkout'),
    ...(isPrivileged && checkouts.length > 0 ? ['checks something out where strangers start it'] : []),
    ...('pull_request_target' in workflow.on ? ['runs on pull_request_target'] : []),
    ...Object.entries(workflow.jobs).flatMap(([name, job]) => dangersOfJob(name, job)),
    ...(Object.values(workflow.permissions).includes('write') ? ['may write in every job'] : []),
  ]
}

function dangersOfJob(name: string, job: Workflow['jobs'][string]): string[] {
  if (job.uses !== undefined) return job.permissions ? [] : [`gives ${name} whatever there is`]
  const isSelfHosted = Array.isArray(job['runs-on']) && job['runs-on'].includes('self-hosted')
  return [
    ...(job['timeout-minutes'] === undefined ? [`has no time limit for ${name}`] : []),
    ...(isSelfHosted && !job['runs-on']?.includes('gpu') ? [`takes any runner for ${name}`] : []),
  ]
}

/** Of the matrix, which this file itself spells out; nobody else has a say in it. */
const isHarmless = (run: string) =>
  [...run.matchAll(/\$\{\{(.*?)\}\}/g)].every(
    ([, expression = '']) => /^[ \w.='&|\d-]*$/.test(expression) && /^(?!.*github\.)/.test(expression) && expression.includes('matrix.'),
  )

describe('every workflow', () => {
  it('is looked at', () => expect(paths.length).toBeGreaterThanOrEqual(9))

  it.each(paths)('%s has neither an error nor a warning for the language service', async (path) => {
    expect(await complaintsAbout(path, read(path))).toEqual([])
  })

  it.each(paths)('%s is pinned, limited, and gives nobody more than it needs', (path) => expect(dangersIn(read(path))).toEqual([]))

  it.each(paths)('%s only calls commands and flags that there are', (path) => expect(unknownFlagsIn(read(path))).toEqual([]))
})

describe.skipIf(ask('shellcheck', '--version') === null && process.env.CI !== 'true')('the scripts of every workflow', () => {
  it.each(paths)('%s have nothing that ShellCheck would change', (path) => {
    for (const { run } of stepsOf(workflowIn(read(path)))) {
      if (run === undefined) continue
      // What stands between the braces is put in by GitHub before a shell sees it.
      const script = run.replaceAll(/\$\{\{.*?\}\}/g, 'expression')
      const { stdout } = spawnSync('shellcheck', ['--shell=bash', '--format=gcc', '-'], { input: `set -e\n${script}`, encoding: 'utf8' })
      expect([script, stdout]).toEqual([script, ''])
    }
  })
})

describe('every example', () => {
  it.each(examples)('%s uses the version of this package', (path) => {
    const { version } = z.looseObject({ version: z.string() }).parse(JSON.parse(read('package.json')))
    for (const [, used] of read(path).matchAll(/coding-agent@(\d[\w.-]*\.[\w.-]+)/g)) expect(used).toBe(version)
  })

  it.each(examples.filter((path) => read(path).includes('pull_request:')))('%s says which pull requests it is for', (path) => {
    const { jobs } = workflowIn(read(path))
    const first = Object.values(jobs)[0]
    expect(first?.if).toMatch(/^github\.event\.pull_request\.head\.repo\.full_name (==|!=) github\.repository$/)
    // Code of strangers reaches no machine of ours.
    if (first?.if?.includes('!=')) expect(first['runs-on']).toBe('ubuntu-latest')
  })

  it.each(examples)('%s is in the README', (path) => {
    expect(read('examples/github/README.md')).toContain(`(${path.slice('examples/github/'.length)})`)
  })
})

describe('the two workflows for forks', () => {
  it('belong together: the second waits for the name of the first, and takes its artifact', () => {
    const [first, second] = [read('examples/github/fork-review.yml'), read('examples/github/fork-publish.yml')]
    const name = z.looseObject({ name: z.string() }).parse(parse(first)).name
    expect(parse(second).on.workflow_run.workflows).toEqual([name])
    const artifacts = [first, second].map((text) => stepsOf(workflowIn(text)).flatMap(({ with: inputs }) => inputs?.['name'] ?? []))
    expect(artifacts).toEqual([['agent-report'], ['agent-report']])
  })

  it('give the code of a fork neither a secret nor a token that may write', () => {
    const text = read('examples/github/fork-review.yml')
    expect(text).not.toMatch(/secrets\.|write|vars\./)
  })
})

describe('the model server', () => {
  it('listens on loopback, and on the port that the workflow asks', () => {
    const [service, workflow] = [read('examples/github/vllm.service'), read('examples/github/review-vllm.yml')]
    const [, host, port] = /--host (\S+) --port (\d+)/.exec(service) ?? []
    const [, model] = /--served-model-name (\S+)/.exec(service) ?? []
    expect([host, workflow.includes(`http://${host}:${port}/v1`), workflow.includes(`model: ${model}\n`)]).toEqual([
      '127.0.0.1',
      true,
      true,
    ])
  })
})

describe('these tests', () => {
  const good = read('examples/github/review-endpoint.yml')
  const seeded = (from: string | RegExp, to: string) => {
    const text = good.replace(from, to)
    expect(text).not.toBe(good)
    return text
  }

  it.each<[string, string | RegExp, string, RegExp]>([
    ['an unknown key', 'timeout-minutes: 20', 'timeout-minute: 20', /timeout-minute/],
    ['a permission that is none', 'contents: read\n      pull', 'content: read\n      pull', /content/],
    ['an expression that is none', 'github.event.pull_request.number }}', 'github.event.pull_request.number) }}', /./],
    ['a context that is none', 'vars.AGENT_BASE_URL', 'var.AGENT_BASE_URL', /var/],
    ['an input that the Action does not have', 'comment-mode:', 'comments:', /comments/],
    ['an input that another action does not have', 'fetch-depth: 0', 'fetch-dept: 0', /fetch-dept/],
    ['an event that is none', '  pull_request:', '  pull_requests:', /pull_requests/],
    ['text that is no YAML', 'jobs:', 'jobs: [', /./],
  ])('see %s', async (_name, from, to, message) => {
    const complaints = await complaintsAbout('examples/github/review-endpoint.yml', seeded(from, to))
    expect(complaints.join('\n')).toMatch(message)
    expect(complaints).not.toEqual([])
  })

  it.each<[string, string | RegExp, string, RegExp]>([
    ['a tag in place of a commit', /checkout@[\da-f]{40} # v[\d.]+/, 'checkout@v7', /is not pinned: actions\/checkout@v7/],
    ['a commit that nobody can read', /(checkout@[\da-f]{40}) # v[\d.]+/, '$1', /is not pinned/],
    ['a token in the checkout', 'persist-credentials: false', 'persist-credentials: true', /leaves its token/],
    ['no time limit', '    timeout-minutes: 20\n', '', /no time limit for review/],
    [
      'a script made of a title',
      '      - id: review',
      '      - run: echo "${{ github.event.pull_request.title }}"\n      - id: review',
      /expression in a script/,
    ],
    ['a privileged checkout', '  pull_request:', '  pull_request_target:', /checks something out where strangers start it/],
    ['a token that may write everywhere', 'permissions:\n  contents: read', 'permissions:\n  contents: write', /may write in every job/],
  ])('notice %s', (_name, from, to, message) => expect(dangersIn(seeded(from, to)).join('\n')).toMatch(message))

  it('notice a command and a flag that there are not', () => {
    expect(unknownFlagsIn('run: agent reviewed --staged')).toEqual(['agent reviewed'])
    expect(unknownFlagsIn('run: >-\n  agent review --stagd\n  --format json')).toEqual(['agent review --stagd'])
  })
})

describe('action.yml', () => {
  it('has neither an error nor a warning for the language service, which would see them', async () => {
    expect(existsSync(join(root, 'action.yml'))).toBe(true)
    const text = read('action.yml')
    expect(await complaintsAbout('action.yml', text)).toEqual([])
    expect(await complaintsAbout('action.yml', text.replace(/using: node24/, 'using: node99'))).not.toEqual([])
    expect(await complaintsAbout('action.yml', text.replace(/color: \w+/, 'color: mauve'))).not.toEqual([])
  })
})

describe('a proposal of generated tests', () => {
  const [, pattern = ''] = /--extended-regexp \\\n\s+'(.+)'; then/.exec(read('examples/github/generate-tests.yml')) ?? []

  it.each(['tests/a.ts', 'a/__tests__/deep/x.snap', 'src/x.test.ts', 'x_test.go', 'a/test_b.py'])('may hold %s', (path) => {
    expect(path).toMatch(new RegExp(pattern))
  })

  it.each(['src/a.ts', 'package.json', 'tests', '.github/actions/test/action.yml', '.github/workflows/x.test.yml', 'tests/.npmrc'])(
    'may not hold %s',
    (path) => expect(path).not.toMatch(new RegExp(pattern)),
  )
})

it('no example starts npx in a checkout, whose .npmrc says what npx installs', () => {
  const inCheckout = examples.filter((path) =>
    /run: (?:>-\s+)?npx/.test(read(path).replaceAll(/working-directory: \$\{\{ runner\.temp \}\}\n(?:\s+#[^\n]*\n)*\s+run:/g, '')),
  )
  expect(inCheckout).toEqual([])
})
