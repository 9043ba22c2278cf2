import { describe, expect, it } from 'vitest'
import { reachable } from '../src/route.ts'

describe('reachable', () => {
  it('reaches all stops when there is time', () => {
    const stops = [
      { id: 'mill', minutes: 5, isOpen: true },
      { id: 'harbour', minutes: 10, isOpen: true },
    ]
    expect(reachable(stops, 60)).toEqual(['mill', 'harbour'])
  })
})
