import { describe, expect, it } from 'vitest'
import { answerAsModel, type PlaygroundAnswer } from '../../scripts/playground-answers.ts'
import { readEdits } from '../../src/domain/edit/read-edits.ts'

const answers: PlaygroundAnswer[] = [
  { path: 'src/a.ts', rule: 'tsc/TS1', lines: ['one', 'two'], becomes: ['three'] },
  { path: 'src/a.ts', rule: 'tsc/TS12', lines: ['four'], becomes: [] },
  { path: 'src/b.ts', rule: 'tsc/TS1', lines: ['one'], becomes: ['other'] },
]
const asking = (question: string, instructions = '') => ({
  messages: [
    { role: 'system', content: instructions },
    { role: 'user', content: question },
  ],
})
const blocks = 'Answer with blocks.\n<<<<<<< SEARCH\nold\n=======\nnew\n>>>>>>> REPLACE'

describe('the scripted model of the playground', () => {
  it('writes the lines that it is shown anew, and repairs in them what it is asked about alone', () => {
    const question = (rule: string) =>
      asking(`Problems in src/a.ts:\n- line 2: ${rule}: bad\n\nAbove:\none\n\nBEGIN\nzero\none\ntwo\nfour\nEND\n\nsrc/b.ts`)
    expect(readEdits(answerAsModel(question('tsc/TS1'), answers))).toEqual({ kind: 'region', text: 'zero\nthree\nfour\n', isClosed: true })
    expect(readEdits(answerAsModel(question('tsc/TS12'), answers))).toEqual({ kind: 'region', text: 'zero\none\ntwo\n', isClosed: true })
  })

  it('answers with blocks where blocks are asked for', () => {
    const answer = answerAsModel(asking('Problems in src/a.ts:\n- tsc/TS1: bad\n- tsc/TS12: bad\n\none\ntwo', blocks), answers)
    expect(readEdits(answer)).toMatchObject({
      kind: 'blocks',
      blocks: [
        { search: 'one\ntwo\n', replace: 'three\n' },
        { search: 'four\n', replace: '' },
      ],
    })
  })

  it('says so when it does not know the problem, the file or the form', () => {
    const texts = ['Problems in src/a.ts: tsc/TS2', 'Problems in src/c.ts: tsc/TS1', 'Problems in src/a.ts: tsc/TS1'].map((question) =>
      answerAsModel(asking(question), answers),
    )
    expect(texts.map((text) => text.slice(0, 13))).toEqual(['I do not know', 'I do not know', 'I do not know'])
  })
})
