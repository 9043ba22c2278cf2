import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLookup } from '../../../src/engine/llama/lookup.ts'
import { createDraftLength } from '../../../src/engine/llama/lookup-length.ts'

/** What it takes to say an answer when every guess is held against it, as the model does. */
function say(prompt: readonly number[], answer: readonly number[]) {
  const [lookup, length] = [createLookup(prompt), createDraftLength()]
  const said: number[] = []
  let [decodes, drafted, accepted] = [0, 0, 0]
  let draft: number[] = []
  while (said.length < answer.length) {
    decodes++
    let right = 0
    while (right < draft.length && draft[right] === answer[said.length + right]) right++
    drafted += draft.length
    accepted += right
    length.judge({ drafted: draft.length, accepted: right })
    for (const token of answer.slice(said.length, said.length + right + 1)) {
      lookup.push(token)
      said.push(token)
    }
    draft = lookup.draft(Math.min(length.next(), answer.length - said.length - 1))
  }
  return { said, decodes, drafted, accepted }
}

const tokens = (minLength: number, kinds = 12) => fc.array(fc.nat(kinds), { minLength, maxLength: 200 })
const text = Array.from({ length: 400 }, (_, index) => (index * 7919) % 401)

describe('createLookup', () => {
  it('changes nothing about what is said, and never takes more steps than there are tokens', () => {
    fc.assert(
      fc.property(tokens(0), tokens(1), (prompt, answer) => {
        const { said, decodes, drafted, accepted } = say(prompt, answer)
        expect(said).toEqual(answer)
        expect(decodes).toBeLessThanOrEqual(answer.length)
        expect(decodes + accepted).toBe(answer.length)
        expect(accepted).toBeLessThanOrEqual(drafted)
      }),
    )
  })

  it('guesses only what stands in the text somewhere, in that order and no more than asked for', () => {
    const spelt = (values: readonly number[]) => `,${values.join(',')},`
    fc.assert(
      fc.property(tokens(1), tokens(0), fc.nat(9), (prompt, answer, most) => {
        const lookup = createLookup(prompt)
        for (const token of answer) lookup.push(token)
        const draft = lookup.draft(most)
        expect(draft.length).toBeLessThanOrEqual(most)
        if (draft.length > 0) expect(spelt([...prompt, ...answer])).toContain(spelt(draft))
      }),
    )
  })

  it('guesses nothing when nothing is like it', () => {
    const lookup = createLookup([1, 2, 3])
    expect(lookup.draft(9)).toEqual([])
    lookup.push(7)
    lookup.push(8)
    expect(lookup.draft(9)).toEqual([])
  })

  it('follows the text it was found in', () => {
    const lookup = createLookup([1, 2, 3, 4, 5, 6])
    for (const token of [2, 3]) lookup.push(token)
    expect(lookup.draft(3)).toEqual([4, 5, 6])
    lookup.push(4)
    expect(lookup.draft(1)).toEqual([5])
  })

  it('goes on behind a token that was replaced, left out or put in', () => {
    const after = (...answer: number[]) => {
      const lookup = createLookup([1, 2, 3, 4, 5, 6, 7])
      for (const token of answer) lookup.push(token)
      return lookup.draft(2)
    }
    expect(after(1, 2, 9)).toEqual([4, 5])
    expect(after(1, 2, 4)).toEqual([5, 6])
    expect(after(1, 2, 9, 3)).toEqual([4, 5])
    expect(after(1, 2, 8, 9, 10, 11, 5)).toEqual([6, 7])
  })

  it('prefers the longer of two matches', () => {
    const lookup = createLookup([5, 1, 2, 8, 6, 1, 2, 9])
    for (const token of [5, 1, 2]) lookup.push(token)
    expect(lookup.draft(1)).toEqual([8])
  })

  it.each([
    ['all of it', text],
    ['nine tokens of ten, the others replaced', text.map((token, index) => (index % 10 === 9 ? 1000 + index : token))],
    [
      'all but a block',
      [...text.slice(0, 200), ...text.slice(240).map((token) => token), ...text.slice(0, 40).map((token) => token + 1000)],
    ],
    ['nine lines of ten, and one more in their place', text.map((token, index) => (index % 100 > 89 ? 1000 + index : token))],
  ])('takes at most 0.2 steps a token to copy %s', (_name, answer) => {
    expect(say(text, answer).decodes / answer.length).toBeLessThanOrEqual(0.2)
  })
})

describe('createDraftLength', () => {
  it('guesses more after each guess that was right, up to 32', () => {
    const length = createDraftLength()
    const lengths = Array.from({ length: 5 }, () => {
      const drafted = length.next()
      length.judge({ drafted, accepted: drafted })
      return drafted
    })
    expect(lengths).toEqual([4, 8, 16, 32, 32])
  })

  it('guesses fewer after two wrong ones, and always at least two', () => {
    const length = createDraftLength()
    const after = (accepted: number) => {
      length.judge({ drafted: 9, accepted })
      return length.next()
    }
    expect([after(9), after(0), after(4), after(0), after(0)]).toEqual([8, 8, 8, 8, 2])
    expect([after(2), after(9), after(2)]).toEqual([2, 4, 2])
  })

  it('stops for a while after several that were all wrong, longer each time, and starts anew when one is right', () => {
    const length = createDraftLength()
    const pauseAfterMisses = () => {
      for (let miss = 0; miss < 3; miss++) length.judge({ drafted: 2, accepted: 0 })
      let pause = 0
      while (length.next() === 0) pause++
      return pause
    }
    expect([pauseAfterMisses(), pauseAfterMisses()]).toEqual([8, 16])
    length.judge({ drafted: 2, accepted: 2 })
    expect(pauseAfterMisses()).toBe(8)
    for (let time = 0; time < 6; time++) pauseAfterMisses()
    expect(pauseAfterMisses()).toBe(256)
  })

  it('does not count steps without a guess', () => {
    const length = createDraftLength()
    for (let step = 0; step < 9; step++) length.judge({ drafted: 0, accepted: 0 })
    expect(length.next()).toBe(4)
  })
})
