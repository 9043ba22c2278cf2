import type { AppError } from '../../domain/errors.ts'
import { sandboxImage } from '../../workspace/sandbox/docker-daemon.ts'
import { type Answer, ok, type Probe, problem, type Surroundings, warning } from './probe.ts'

const why = 'Only commands that a model writes run in it.'

export const dockerProbe: Probe = {
  name: 'docker',
  deadlineMs: 4000,
  async examine(surroundings) {
    const error = await surroundings.docker()
    if (error === null) return ok(`the daemon answers, and has the image ${imageOf(surroundings)}`)
    return unusable(error, { surroundings, use: 'docker', other: 'bubblewrap' })
  },
}

export const bubblewrapProbe: Probe = {
  name: 'bubblewrap',
  deadlineMs: 4000,
  async examine(surroundings) {
    if (surroundings.platform !== 'linux') return null
    const error = await surroundings.bubblewrap()
    if (error === null) return ok('it runs')
    return unusable(error, { surroundings, use: 'bwrap', other: 'docker' })
  },
}

/** Which of them commands would run in now. */
export const sandboxProbe: Probe = {
  name: 'sandbox',
  deadlineMs: 8000,
  async examine(surroundings) {
    const { use } = surroundings.config.sandbox
    if (use === 'host')
      return warning('none: sandbox.use is host, so commands that a model writes run as you do', 'Set sandbox.use to auto.')
    const mayUse = (kind: 'docker' | 'bwrap') => use === 'auto' || use === kind
    if (mayUse('docker') && (await surroundings.docker()) === null) return ok(`docker, with the image ${imageOf(surroundings)}`)
    if (mayUse('bwrap') && (await surroundings.bubblewrap()) === null) return ok('bubblewrap, with the programs of this machine')
    return warning('none, so no command of a model is run', 'Do what is said about docker or bubblewrap.')
  },
}

function imageOf({ config }: Surroundings): string {
  return config.sandbox.image ?? sandboxImage
}

interface Unusable {
  surroundings: Surroundings
  use: 'docker' | 'bwrap'
  other: 'docker' | 'bubblewrap'
}

/** One of the two is enough, unless the configuration insists on this one. */
async function unusable({ message, hint }: AppError, { surroundings, use, other }: Unusable): Promise<Answer> {
  const reason = message.replace(/\.$/, '')
  const remedy = hint === undefined ? why : `${hint} ${why}`
  const wanted = surroundings.config.sandbox.use
  if (wanted === use) return problem(`${reason}; sandbox.use asks for it`, remedy)
  if (wanted !== 'auto') return ok(`${reason}; not needed, sandbox.use is ${wanted}`)
  return (await surroundings[other]()) === null ? ok(`${reason}; ${other} takes its place`) : warning(reason, remedy)
}
