import { AppError } from '../domain/errors.ts'
import { openRemoteHistory } from '../workspace/remote-history.ts'
import type { Change } from './command-line.ts'
import { changesCheckout } from './inputs.ts'
import type { Job } from './job.ts'

/** The change that a job is about, with all of it here: what a shallow clone has left out is fetched. */
export async function findChange(job: Pick<Job, 'inputs' | 'occasion' | 'remote' | 'eventName' | 'log'>): Promise<Change> {
  const { occasion, remote, inputs, log } = job
  const history = openRemoteHistory(remote)
  if (occasion.trusted !== null) await history.bring(occasion.trusted)
  // What is changed is what is checked out: for a pull request, its merge into the base.
  const head = changesCheckout(inputs) ? null : occasion.head
  if (occasion.base !== null) {
    const span = await history.between(occasion.base, head)
    if (!(span instanceof AppError)) return span
    if (job.eventName !== 'push') throw span
    // What was pushed over may be gone for good.
    log.write(`${span.message} Only the last commit is looked at.\n`)
  }
  const { id, parent } = await history.last(head)
  return parent !== null && changesCheckout(inputs) ? { from: parent, to: id } : { commit: id }
}
