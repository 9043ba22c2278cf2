import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readJson } from '../../src/agent/lenient-json.ts'

const value = { findings: [{ quote: 'a "b" {c} \\d', line: 3 }], none: false }
const json = JSON.stringify(value)

describe('readJson', () => {
  it.each([
    ['bare', json],
    ['indented', JSON.stringify(value, null, 2)],
    ['in a fence', `\`\`\`json\n${json}\n\`\`\``],
    ['in a fence without a language', `Here it is:\n\`\`\`\n${json}\n\`\`\`\nThat is all.`],
    ['before prose', `${json}\n\nI hope this helps {really}.`],
    ['after prose with braces', `The set {1, 2} is fine. ${json}`],
    ['after reasoning', `<think>maybe {"findings":[]}?</think>${json}`],
    ['after reasoning whose start was cut off', `so it is.</think>\n${json}`],
    ['in a tool call', `<tool_call>{"name":"report","arguments":${json}}</tool_call>`],
    ['in a tool call whose arguments are text', JSON.stringify({ name: 'report', arguments: json })],
    ['with a trailing comma', json.replace(',"none"', ',"none"').replace('false}', 'false,}')],
    ['with the literals of Python', json.replace('false', 'False')],
    ['with a comment', json.replace(',"none"', ', // all\n"none"')],
  ])('reads an answer %s', (_name, text) => {
    expect(readJson(text)).toEqual(value)
  })

  it.each([
    ['prose', 'There is nothing wrong here.'],
    ['nothing', ''],
    ['a value that was cut off', json.slice(0, -4)],
    ['an answer inside reasoning that never ends', `<think>${json}`],
    ['a single-quoted imitation', "{'findings': []}"],
  ])('finds no value in %s', (_name, text) => {
    expect(readJson(text)).toBeUndefined()
  })

  it('keeps line breaks inside a string that a model forgot to escape', () => {
    expect(readJson('{"a":"one\ntwo"}')).toEqual({ a: 'one\ntwo' })
  })

  it('finds any object again between prose, and never throws', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue()), fc.stringMatching(/^[a-z .,]{0,30}$/), (object, prose) => {
        const text = JSON.stringify({ findings: object })
        expect(readJson(`${prose}\n${text}\n${prose}`)).toEqual(JSON.parse(text))
      }),
    )
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void readJson(text)))
  })
})
