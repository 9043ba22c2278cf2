import { type Answer, ok, type Probe, problem, type Surroundings, warning } from './probe.ts'

const why = 'Only commands that a model writes run in it.'

export const dockerProbe: Probe = {
  name: 'docker',
  deadlineMs: 4000,
  async examine(surroundings) {
    const reason = await surroundings.docker()
    if (reason === null) return ok('the daemon answers')
    return unusable(reason, { surroundings, use: 'docker', other: 'bubblewrap', remedy: `Start Docker, or set DOCKER_HOST. ${why}` })
  },
}

export const bubblewrapProbe: Probe = {
  name: 'bubblewrap',
  deadlineMs: 4000,
  async examine(surroundings) {
    if (surroundings.platform !== 'linux') return null
    const reason = await surroundings.bubblewrap()
    if (reason === null) return ok('it runs')
    return unusable(reason, {
      surroundings,
      use: 'bwrap',
      other: 'docker',
      remedy: `Install bubblewrap, and allow user namespaces. ${why}`,
    })
  },
}

interface Unusable {
  surroundings: Surroundings
  use: 'docker' | 'bwrap'
  other: 'docker' | 'bubblewrap'
  remedy: string
}

/** One of the two is enough, unless the configuration insists on this one. */
async function unusable(reason: string, { surroundings, use, other, remedy }: Unusable): Promise<Answer> {
  const wanted = surroundings.config.sandbox.use
  if (wanted === use) return problem(`${reason}; sandbox.use asks for it`, remedy)
  if (wanted !== 'auto') return ok(`${reason}; not needed, sandbox.use is ${wanted}`)
  return (await surroundings[other]()) === null ? ok(`${reason}; ${other} takes its place`) : warning(reason, remedy)
}
