import fc from 'fast-check'
import { expect, it } from 'vitest'
import { RequestHeaders } from '../../src/engine/openai/request-headers.ts'

const names = fc.constantFrom('Accept', 'accept', 'X-One', 'x-one', 'content-type')
const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('append' as const, 'set' as const, 'delete' as const),
    name: names,
    value: fc.constantFrom('a', ' b ', 'c; d=1'),
  }),
)

it('is what the platform has, for what a request needs', () => {
  fc.assert(
    fc.property(steps, names, (made, name) => {
      const [ours, platform] = [new RequestHeaders(), new Headers()]
      for (const step of made) {
        for (const headers of [ours, platform]) {
          if (step.kind === 'delete') headers.delete(step.name)
          else headers[step.kind](step.name, step.value)
        }
      }
      expect([[...ours], ours.get(name), ours.has(name)]).toEqual([[...platform], platform.get(name), platform.has(name)])
    }),
  )
})
