import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { unknownFlagsIn } from './known-flags.ts'

const folder = join(import.meta.dirname, '../../examples/gitlab')
const files = globSync('*.gitlab-ci.yml', { cwd: folder }).toSorted()
const read = (name: string) => readFileSync(join(folder, name), 'utf8')

/** Keys of GitLab's CI/CD YAML that are used here, with the shapes that it documents for them. */
const texts = z.array(z.string())
const jobSchema = z.strictObject({
  extends: z.string().optional(),
  stage: z.string().optional(),
  image: z.string().optional(),
  tags: texts.optional(),
  timeout: z
    .string()
    .regex(/^\d+ minutes$/)
    .optional(),
  interruptible: z.boolean().optional(),
  parallel: z.int().min(2).max(200).optional(),
  needs: z.array(z.strictObject({ job: z.string(), artifacts: z.boolean() })).optional(),
  rules: z.array(z.strictObject({ if: z.string() })).optional(),
  variables: z.record(z.string().regex(/^[A-Z_]+$/), z.string()).optional(),
  before_script: texts.optional(),
  script: texts.optional(),
  artifacts: z
    .strictObject({
      when: z.enum(['always', 'on_success', 'on_failure']),
      expire_in: z.string(),
      paths: texts.optional(),
      reports: z.strictObject({ codequality: z.string(), junit: z.string().optional() }).optional(),
    })
    .optional(),
  allow_failure: z.strictObject({ exit_codes: z.int() }).optional(),
})
const defaultStages = ['.pre', 'build', 'test', 'deploy', '.post']
const pipelineSchema = z.object({ stages: texts.default(defaultStages) }).catchall(jobSchema)

function jobsIn(text: string) {
  const { stages, ...rest } = pipelineSchema.parse(parse(text))
  const jobs = Object.entries(z.record(z.string(), jobSchema).parse(rest))
  return {
    stages,
    jobs: jobs.map(([name, job]) => ({ name, job: { ...(job.extends === undefined ? {} : jobSchema.parse(rest[job.extends])), ...job } })),
  }
}

describe.each(files)('%s', (file) => {
  const { stages, jobs } = jobsIn(read(file))
  const real = jobs.filter(({ name }) => !name.startsWith('.'))

  it('has jobs that run for merge requests only, in a stage that there is, and not for ever', () => {
    for (const { job } of real) {
      expect(job.rules?.map(({ if: when }) => when).join()).toContain('$CI_PIPELINE_SOURCE == "merge_request_event"')
      expect(stages).toContain(job.stage)
      expect([job.timeout, job.script?.length]).toEqual([expect.any(String), expect.any(Number)])
    }
  })

  it('needs only jobs of earlier stages, and reports code quality once', () => {
    for (const { job } of real) {
      for (const { job: needed } of job.needs ?? []) {
        const other = real.find(({ name }) => name === needed)
        expect(stages.indexOf(other?.job.stage ?? '')).toBeLessThan(stages.indexOf(job.stage ?? ''))
      }
    }
    const reports = real.flatMap(({ job }) => job.artifacts?.reports?.codequality ?? [])
    expect(reports).toEqual(['gl-code-quality-report.json'])
    expect(read(file)).toContain(`--report gitlab=${reports[0]}`)
  })

  it('puts every variable that a stranger may choose in quotes', () => {
    for (const { job } of real) {
      for (const line of [...(job.before_script ?? []), ...(job.script ?? [])]) {
        const outside = line.replaceAll(/"[^"]*"/g, '')
        expect(outside).not.toMatch(/\$/)
      }
    }
  })

  it('only calls commands and flags that there are, and is in the README', () => {
    expect(unknownFlagsIn(read(file))).toEqual([])
    expect(read('README.md')).toContain(`(${file})`)
  })
})

it('is a schema that refuses what GitLab does not know', () => {
  expect(() => jobsIn('job: { stage: test, scripts: [] }')).toThrow(/scripts/)
  expect(() => jobsIn('job: { artifacts: { reports: { code_quality: x } } }')).toThrow(/code_quality/)
  expect(unknownFlagsIn('script:\n  - agent merge a.json --formt json\n')).toEqual(['agent merge --formt'])
})
