import { ok, type Probe, problem, warning } from './probe.ts'

export const configurationProbe: Probe = {
  name: 'configuration',
  deadlineMs: 1000,
  async examine({ configuration }) {
    if (configuration.kind === 'broken') return problem(configuration.error.message, configuration.error.hint ?? null)
    const sources = [...new Set(configuration.origins.values())]
    const found = sources.length === 0 ? 'valid: defaults only' : `valid: ${sources.join(', ')}`
    const [first, ...others] = configuration.notices
    if (first === undefined) return ok(found)
    const more = others.length > 0 ? ` (and ${others.length} more)` : ''
    return warning(`${found}; ${first.message}${more}`, first.hint || 'See `agent config show`.')
  },
}
