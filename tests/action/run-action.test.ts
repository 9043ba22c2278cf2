import { describe, expect, it } from 'vitest'
import { openPullRequest, scene } from './scene.ts'

describe('a pull request', () => {
  it('is reviewed from where it left its base, whatever was merged there since', async () => {
    const job = await scene()
    const { payload } = openPullRequest(job)
    job.checkout('refs/pull/7/merge', 1)
    const ended = await job.run({ event: 'pull_request', payload, inputs: { 'comment-mode': 'annotations' } })
    console.log(ended.log, ended.summary, ended.outputs)
    expect(ended).toMatchObject({ code: 1, outputs: { findings: '1', 'highest-severity': 'error', 'exit-reason': 'findings' } })
    expect(ended.report?.coverage.files.map(({ path }) => path)).toEqual(['src/port.ts'])
  })
})
