import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { type HookName, hookNames } from '../../src/hook-managers/hook-manager.ts'
import { jsonWithJob, jsonWithoutJob } from '../../src/hook-managers/lefthook-json.ts'
import { tomlWithJob } from '../../src/hook-managers/lefthook-toml.ts'
import { yamlWithJob } from '../../src/hook-managers/lefthook-yaml.ts'
import { findPart, putPart, removePart } from '../../src/hook-managers/part.ts'
import { withAround } from '../../src/hook-managers/shell-script.ts'

const hook = fc.constantFrom<HookName>(...hookNames)
const bytes = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCodePoint(code)) })
const line = fc.oneof(bytes, fc.constantFrom('#!/bin/sh', '#!/bin/bash -e', 'exit 0', 'exec x', '', '# note', 'cat <<E', 'E'))
const script = fc.tuple(fc.array(line), fc.constantFrom('\n', '\r\n')).map(([lines, lineEnd]) => lines.join(lineEnd))
const job = (name: HookName) => ({ hook: name, script: ['[ x ] || exit 0', 'exec agent'], usesInput: name === 'pre-push' })

describe('our part of a script', () => {
  it('comes and goes without a trace in any script, and twice is once', () => {
    fc.assert(
      fc.property(script, fc.uniqueArray(hook, { minLength: 1 }), (text, hooks) => {
        const put = (before: string) => hooks.reduce((so, name) => withAround(so, { hook: name, rest: '"$0"' }), before)
        const once = put(text)
        expect(put(once)).toBe(once)
        expect(hooks.toReversed().reduce((so, name) => removePart(so, name) ?? 'gone', once)).toBe(text)
      }),
    )
  })

  it('goes alone when lines have come before and after it', () => {
    fc.assert(
      fc.property(script, script, hook, (before, after, name) => {
        const made = withAround('#!/bin/sh\n', { hook: name, rest: '"$0"' })
        const [first, rest] = [made.slice(0, 10), made.slice(10)]
        expect(removePart(`${first}${before}\n${rest}${after}`, name)).toBe(`${first}${before}\n${after}`)
      }),
    )
  })

  it('takes a file away that was made for it, and leaves one that was empty', () => {
    const lines = { hook: 'pre-commit' as const, lines: ['x'], at: 0 }
    expect([removePart(putPart(null, lines), 'pre-commit'), removePart(putPart('', lines), 'pre-commit')]).toEqual([null, ''])
  })

  it('is told from that of another hook', () => {
    const text = withAround('echo\n', { hook: 'pre-commit', rest: '"$0"' })
    expect([findPart(text, 'commit-msg'), removePart(text, 'commit-msg')]).toEqual([null, text])
  })

  it.each(['begin', 'end'])('is not guessed at when its %s is gone', (word) => {
    const text = withAround('echo\n', { hook: 'commit-msg', rest: '"$0"' })
    const damaged = text.replace(new RegExp(`^.*agent hooks ${word}.*\n`, 'm'), '')
    expect(() => removePart(damaged, 'commit-msg')).toThrow('One of the two comments around agent')
  })
})

/** YAML as people write it: comments, blank lines, lists with and without indentation, block texts, flow values. */
const value = fc.constantFrom(
  'x',
  '"quo: ted"',
  "'it''s'",
  '{ a: 1 }',
  '[1, 2] # end',
  '|\n        a\n\n        b',
  '>-\n        folded\n        text',
  '~',
  '',
)
const comment = fc.constantFrom('', '# c', '    # deep', '  # two')
const entry = fc.tuple(fc.stringMatching(/^[a-z]{1,5}$/), value, comment)
const commands = fc.uniqueArray(entry, { minLength: 1, maxLength: 3, selector: ([name]) => name })
const hookBlock = fc
  .tuple(
    fc.constantFrom('pre-commit', 'pre-push', 'post-merge', 'skip_output'),
    commands,
    comment,
    fc.constantFrom('commands', 'jobs', 'none'),
  )
  .map(([name, list, note, kind]) => {
    const lines =
      kind === 'commands'
        ? ['  commands:', ...list.map(([key, text, more]) => `    ${key}:\n      run: ${text}\n${more}`)]
        : kind === 'jobs'
          ? ['  jobs:', ...list.map(([key, text, more]) => `  - name: ${key}\n    run: ${text}\n${more}`)]
          : ['  parallel: true']
    return { name, text: [`${name}: # hook`, ...lines, note].join('\n') }
  })
const yamlFile = fc
  .tuple(
    fc.uniqueArray(hookBlock, { maxLength: 4, selector: ({ name }) => name }),
    fc.constantFrom('', '# top\n', '\n\n', '---\n'),
    fc.constantFrom('', '\n', '\n# foot\n\n'),
    fc.boolean(),
  )
  .map(([blocks, top, foot, isWindows]) => {
    const text = top + blocks.map((block) => block.text).join('\n') + foot
    return isWindows ? text.replaceAll('\n', '\r\n') : text
  })

describe('our job in lefthook.yml', () => {
  it('comes and goes without a trace, twice is once, and all that was there is still said', () => {
    let placed = 0
    fc.assert(
      fc.property(yamlFile, fc.uniqueArray(hook, { minLength: 1 }), (text, hooks) => {
        const put = (before: string | null) =>
          hooks.reduce<string | null>((so, name) => (so === null ? null : yamlWithJob(so, job(name))), before)
        const once = put(text)
        if (once === null) return
        placed += 1
        expect(put(once)).toBe(once)
        for (const name of hooks) {
          const read = (parse(once) as Record<string, { jobs?: { name: string }[]; commands?: Record<string, unknown> }>)[name]
          expect(read?.jobs?.at(-1)?.name === 'agent' || read?.commands?.['z-agent'] !== undefined).toBe(true)
        }
        expect(hooks.toReversed().reduce((so, name) => removePart(so, name) ?? 'gone', once)).toBe(text)
      }),
      { numRuns: 200 },
    )
    expect(placed).toBeGreaterThan(60)
  })

  it.each([
    'a: {',
    'a: 1\n---\nb: 2\n',
    '- a\n',
    'pre-commit:\n',
    'pre-commit: {}\n',
    'pre-commit:\n  jobs: []\n',
    'x: &a\n  jobs: [1]\npre-commit: *a\n',
    'a: 1\n...\n',
  ])('finds no safe place in %j', (text) => {
    expect(yamlWithJob(text, job('pre-commit'))).toBeNull()
  })
})

describe('our job in lefthook.toml and lefthook.json', () => {
  it.each([
    '',
    '# c',
    '# c\n',
    'a = 1\n',
    '[pre-commit]\nparallel = true # c\n',
    '[[pre-commit.jobs]]\nrun = "x"\n',
    '[pre-commit.commands.x]\r\nrun = "x"\r\n',
  ])('comes and goes without a trace in the TOML %j', (text) => {
    const once = tomlWithJob(text, job('pre-commit'))
    expect(once).toContain("run = '''")
    expect([tomlWithJob(once ?? '', job('pre-commit')), removePart(once ?? '', 'pre-commit')]).toEqual([once, text])
  })

  it.each(['a = ', '[pre-commit]\njobs = [{ run = "x" }]\n'])('finds no safe place in the TOML %j', (text) => {
    expect(tomlWithJob(text, job('pre-commit'))).toBeNull()
  })

  it('comes and goes without a trace in any JSON object', () => {
    const json = fc.dictionary(
      fc.constantFrom('a', 'pre-commit', 'pre-push', 'skip'),
      fc.oneof(
        fc.constant({}),
        fc.constant(1),
        fc.dictionary(fc.constantFrom('commands', 'parallel'), fc.dictionary(fc.constantFrom('x', 'y'), fc.json()), {
          noNullPrototype: true,
        }),
      ),
      { noNullPrototype: true },
    )
    fc.assert(
      fc.property(json, fc.constantFrom('', '  ', '\t', '    '), fc.constantFrom('\n', '\r\n'), hook, (object, indent, lineEnd, name) => {
        const text = JSON.stringify(object, null, indent).replaceAll('\n', lineEnd)
        const once = jsonWithJob(text, job(name))
        if (once === null) return
        expect(jsonWithJob(once, job(name))).toBe(once)
        expect(jsonWithoutJob(once, name)).toBe(text)
      }),
    )
  })
})
