import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cutReplies } from '../../../scripts/gguf/cut-replies.ts'
import { createVocabulary, spell, type Vocabulary } from '../../../scripts/gguf/vocabulary.ts'

it('cuts any replies into tokens that occur once and together say the reply again', () => {
  const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 40 }), fc.json())
  const replies = fc.uniqueArray(
    anything.filter((text) => text.length > 9),
    { maxLength: 6 },
  )
  fc.assert(
    fc.property(replies, (texts) => {
      const vocabulary = createVocabulary()
      const added = new Map<number, string>()
      const add: Vocabulary['add'] = (text, type) => {
        const token = vocabulary.add(text, type)
        added.set(token, text)
        return token
      }
      const chains = cutReplies(texts, { ...vocabulary, add })
      expect(new Set(chains.flat()).size).toBe(chains.flat().length)
      expect(chains.map((chain) => chain.map((token) => added.get(token)).join(''))).toEqual(texts.map(spell))
    }),
  )
})
