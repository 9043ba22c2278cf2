import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mutantsOf, mutated } from '../../src/mutators/mutate-text.ts'
import { mutators } from '../../src/mutators/registry.ts'
import { problemsOf } from '../../src/syntax/problems-of.ts'

const everywhere = () => true

/** `Mutator: before -> after`, one line for each mutant. */
async function shown(path: string, text: string): Promise<string[]> {
  const mutants = (await mutantsOf(text, path, everywhere)) ?? []
  return mutants.map(({ mutator, startIndex, endIndex, text: after }) => `${mutator}: ${text.slice(startIndex, endIndex)} -> ${after}`)
}

const cases: readonly [path: string, text: string, mutants: readonly string[]][] = [
  [
    'a.ts',
    'const isOld = a < b',
    [
      'ConditionalExpression: a < b -> true',
      'ConditionalExpression: a < b -> false',
      'EqualityOperator: < -> <=',
      'EqualityOperator: < -> >=',
    ],
  ],
  [
    'a.js',
    "if (a === 'x' && b) c = 1",
    [
      "ConditionalExpression: a === 'x' -> true",
      "ConditionalExpression: a === 'x' && b -> true",
      "ConditionalExpression: a === 'x' && b -> false",
      'EqualityOperator: === -> !==',
      'LogicalOperator: && -> ||',
    ],
  ],
  ['a.ts', 'while (next()) { n -= 1 }', ['ConditionalExpression: next() -> false', 'AssignmentOperator: -= -> +=']],
  ['a.ts', 'x = a?.b?.[c]?.(d)', ['OptionalChaining: ?. -> .', 'OptionalChaining: ?. -> ', 'OptionalChaining: ?. -> ']],
  ['a.ts', 'x = await f(a, b)', ['RemovedAwait: await f(a, b) -> f(a, b)', 'SwappedArguments: a, b -> b, a']],
  [
    'a.ts',
    'f(a, ...b); f(a, a); on(name, () => {})',
    ['RemovedCall: f(a, ...b); -> ;', 'RemovedCall: f(a, a); -> ;', 'RemovedCall: on(name, () => {}) -> ;'],
  ],
  ['a.ts', "name = 'a' + b + c", []],
  ['a.ts', 'type A = true; interface B { c: 1 }', []],
  ['a.ts', 'console.log(a > b); logger.info(`${a + b}`)', []],
  ['a.ts', 'function f() { try { g() } catch { throw e } }', ['RemovedCall: g() -> ;', 'SwallowedError: throw e -> ;']],
  ['a.tsx', 'const a = <p>{!b}</p>', ['BooleanLiteral: !b -> b']],
  [
    'a.py',
    'x = a if b else not c',
    [
      'ConditionalExpression: b -> True',
      'ConditionalExpression: b -> False',
      'ConditionalExpression: not c -> True',
      'ConditionalExpression: not c -> False',
      'BooleanLiteral: not c -> c',
    ],
  ],
  [
    'a.py',
    'y = 1 < a <= 5',
    [
      'OffByOne: 1 -> 2',
      'ConditionalExpression: 1 < a <= 5 -> True',
      'ConditionalExpression: 1 < a <= 5 -> False',
      'EqualityOperator: < -> <=',
      'EqualityOperator: < -> >=',
      'EqualityOperator: <= -> <',
      'EqualityOperator: <= -> >',
      'OffByOne: 5 -> 6',
    ],
  ],
  [
    'a.py',
    'def f(a):\n    if a is None:\n        raise ValueError\n    return a // 2',
    [
      'RemovedGuard: if a is None:\n        raise ValueError -> pass',
      'ConditionalExpression: a is None -> True',
      'ConditionalExpression: a is None -> False',
      'EqualityOperator: is -> is not',
      'ReturnValue: a // 2 -> None',
      'ArithmeticOperator: // -> *',
    ],
  ],
  ['a.py', 'f(a, b=c)', ['RemovedCall: f(a, b=c) -> pass']],
  ['a.go', 'package p\nfunc f() (int, error) { return g(), err }', ['ReturnValue: g(), err -> 0, nil', 'SwallowedError: err -> nil']],
  ['a.go', 'package p\nfunc f() Thing { return g() }', []],
  ['a.rs', 'fn f() -> i32 { for i in 0..=n { g(i); } 1 }', ['OffByOne: 0 -> 1', 'OffByOne: ..= -> ..', 'RemovedCall: g(i); -> ;']],
  ['a.rs', 'fn f() { if let Some(v) = q { return; } }', ['RemovedGuard: if let Some(v) = q { return; } -> ;']],
  [
    'A.java',
    'class A { A() { super(1, 2); } boolean f() { return g(); } }',
    ['SwappedArguments: 1, 2 -> 2, 1', 'ReturnValue: g() -> false'],
  ],
]

describe('mutants of a text', () => {
  it.each(cases)('%s: %s', async (path, text, expected) => {
    expect(await shown(path, text)).toEqual(expected)
  })

  it('has none for a language it does not know, and none for what does not parse', async () => {
    expect([await mutantsOf('a < b', 'a.css', everywhere), await mutantsOf('if (a < ', 'a.ts', everywhere)]).toEqual([null, null])
  })

  it('plants defects only on the lines asked for, with their places', async () => {
    const text = 'const a = b < c\nconst d = "😀" ? e ?? f : 0\nconst g = h > i\n'
    const mutants = await mutantsOf(text, 'a.ts', (line) => line === 2)
    expect(mutants?.map(({ mutator, start, end }) => [mutator, start, end])).toEqual([
      ['ConditionalExpression', { line: 2, column: 11 }, { line: 2, column: 15 }],
      ['ConditionalExpression', { line: 2, column: 11 }, { line: 2, column: 15 }],
      ['LogicalOperator', { line: 2, column: 20 }, { line: 2, column: 22 }],
    ])
  })

  it('has every operator that is promised', () => {
    expect(mutators.map(({ name }) => name).toSorted()).toMatchInlineSnapshot(`
      [
        "ArithmeticOperator",
        "AssignmentOperator",
        "BooleanLiteral",
        "ConditionalExpression",
        "EqualityOperator",
        "LogicalOperator",
        "OffByOne",
        "OptionalChaining",
        "RemovedAwait",
        "RemovedCall",
        "RemovedGuard",
        "ReturnValue",
        "SwallowedError",
        "SwappedArguments",
        "UpdateOperator",
      ]
    `)
  })

  const pieces = fc.constantFrom(
    'if (a < b) { return c }',
    'if (!a && b || c) { d(1, e) } else { throw f }',
    'for (let i = 0; i < n; i++) { x[i + 1] *= y ?? z }',
    'try { await g() } catch (e) { h(e); return null }',
    'const k = a?.b(c) === "d" ? true : -1',
    'while (q.length > 0) q.pop()',
    'switch (a) { case 1: b(); break }',
    'return x % 2 !== 0',
  )

  it('leaves a text that parses, and is another, whatever it is made of', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { minLength: 1, maxLength: 6 }), async (lines) => {
        const text = `async function f(a, b) {\n${lines.join('\n')}\n}\n`
        const mutants = (await mutantsOf(text, 'a.ts', everywhere)) ?? []
        expect(mutants.length).toBeGreaterThan(0)
        const texts = mutants.map((mutant) => mutated(text, mutant))
        expect(new Set(texts).size).toBe(texts.length)
        expect(texts).not.toContain(text)
        for (const one of texts) expect(await problemsOf(one, 'a.ts')).toEqual([])
      }),
      { numRuns: process.env.SOAK === '1' ? 1_000 : 25 },
    )
  })
})
