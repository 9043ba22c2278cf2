import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyEdits } from '../../../src/domain/edit/apply-edits.ts'
import { readEdits } from '../../../src/domain/edit/read-edits.ts'
import { hostileTexts } from '../../helpers/hostile-texts.ts'

const block = (search: string, replace: string, width = 7) =>
  `${'<'.repeat(width)} SEARCH\n${search}${'='.repeat(width)}\n${replace}${'>'.repeat(width)} REPLACE`

describe('SEARCH/REPLACE blocks', () => {
  const one = { path: 'src/a.ts', search: 'a\n', replace: 'b\n' }
  it.each([
    ['below the bare name', `src/a.ts\n${block('a\n', 'b\n')}`],
    ['below a heading', `### src/a.ts\n\n${block('a\n', 'b\n')}`],
    ['below a name in bold', `**src/a.ts**\n${block('a\n', 'b\n')}`],
    ['below a name in backticks', `\`src/a.ts\`:\n${block('a\n', 'b\n')}`],
    ['below a label', `File: src/a.ts\n${block('a\n', 'b\n')}`],
    ['below a label in bold', `**File:** \`src/a.ts\`\n${block('a\n', 'b\n')}`],
    ['in a fence below the name', `src/a.ts\n\`\`\`ts\n${block('a\n', 'b\n')}\n\`\`\``],
    ['in a fence with the name', `\`\`\`ts src/a.ts\n${block('a\n', 'b\n')}\n\`\`\``],
    ['in a fence with the name as an attribute', `\`\`\`ts path="src/a.ts"\n${block('a\n', 'b\n')}\n\`\`\``],
    ['with the name in the fence', `\`\`\`\nsrc/a.ts\n${block('a\n', 'b\n')}\n\`\`\``],
    ['in a fence that is not closed', `src/a.ts\n\`\`\`ts\n${block('a\n', 'b\n')}`],
    ['with the name behind the mark', block('a\n', 'b\n').replace('SEARCH', 'SEARCH src/a.ts')],
    ['with five characters', `src/a.ts\n${block('a\n', 'b\n', 5)}`],
    ['with nine characters', `src/a.ts\n${block('a\n', 'b\n', 9)}`],
    ['with Windows line ends', `src/a.ts\n${block('a\n', 'b\n')}`.replaceAll('\n', '\r\n')],
    ['with prose around them', `I will change it.\n\nsrc/a.ts\n${block('a\n', 'b\n')}\n\nThat is all.`],
    ['after reasoning with a draft', `<think>\nsrc/b.ts\n${block('x\n', 'y\n')}\n</think>\n\nsrc/a.ts\n${block('a\n', 'b\n')}`],
    ['after reasoning whose beginning the template ate', `${block('x\n', 'y\n')}\n</think>\nsrc/a.ts\n${block('a\n', 'b\n')}`],
    ['with marks in lower case', `src/a.ts\n<<<<<<< search\na\n=======\nb\n>>>>>>> replace`],
  ])('are read %s', (_name, answer) => {
    expect(readEdits(answer)).toEqual({ kind: 'blocks', blocks: [one] })
  })

  it.each([
    ['nothing', block('a\n', ''), { path: null, search: 'a\n', replace: '' }],
    ['a new file', `new.ts\n${block('', 'a\n')}`, { path: 'new.ts', search: '', replace: 'a\n' }],
    [
      'a heading underlined, by the length of the marks',
      block('A\n===\n', 'B\n=====\n'),
      { path: null, search: 'A\n===\n', replace: 'B\n=====\n' },
    ],
    ['code about the end of reasoning', block("'</think>'\n", 'b\n'), { path: null, search: "'</think>'\n", replace: 'b\n' }],
    [
      'a sentence above it, which is no name',
      `Change the first line.\n${block('a\n', 'b\n')}`,
      { path: null, search: 'a\n', replace: 'b\n' },
    ],
  ])('are read with %s', (_name, answer, expected) => {
    expect(readEdits(answer)).toEqual({ kind: 'blocks', blocks: [expected] })
  })

  it('belong to the file of the block before, where they name none', () => {
    const answer = `a.ts\n${block('1\n', '2\n')}\n\n${block('3\n', '4\n')}\n\nb.ts\n${block('5\n', '6\n')}`
    expect(readEdits(answer)).toMatchObject({ blocks: [{ path: 'a.ts' }, { path: 'a.ts' }, { path: 'b.ts' }] })
  })

  it.each([
    ['without an end', '<<<<<<< SEARCH\na\n=======\nb\n', 'The block at line 1 has no ">>>>>>> REPLACE", so it may have been cut off.'],
    ['inside another', `<<<<<<< SEARCH\na\n${block('b\n', 'c\n')}`, 'The block at line 1 has no end: another begins at line 3.'],
    ['without a middle', '<<<<<<< SEARCH\na\n>>>>>>> REPLACE', 'The block at line 1 has no "=======" between SEARCH and REPLACE.'],
    [
      'with two middles',
      block('a\n=======\n', 'b\n'),
      'The block at line 1 has several lines like "=======". Make all three marks of the block longer than they are.',
    ],
  ])('are refused %s', (_name, answer, message) => {
    expect(readEdits(answer)).toEqual({ kind: 'unreadable', message })
  })
})

describe('a region', () => {
  it.each([
    ['in a fence', '```ts\na\n  b\n```', { text: 'a\n  b\n', isClosed: true }],
    ['between prose', 'Here it is:\n\n```\na\n```\nDone.', { text: 'a\n', isClosed: true }],
    ['in a longer fence around another', '````md\n```js\na\n```\n````', { text: '```js\na\n```\n', isClosed: true }],
    ['in tildes', '~~~\n```\n~~~', { text: '```\n', isClosed: true }],
    ['that may have been cut off', '```ts\na\nb', { text: 'a\nb\n', isClosed: false }],
    ['that becomes empty', '```ts\n```', { text: '', isClosed: true }],
  ])('is read %s', (_name, answer, expected) => {
    expect(readEdits(answer)).toEqual({ kind: 'region', ...expected })
  })

  it.each([
    ['prose', 'I cannot do that.', 'The answer has no code: neither SEARCH/REPLACE blocks nor a fence.'],
    ['nothing', '', 'The answer has no code: neither SEARCH/REPLACE blocks nor a fence.'],
    ['two fences', '```\na\n```\n```\nb\n```', 'The answer has 2 fences, and it cannot be told which is meant. Answer with one.'],
    ['too much', 'a'.repeat(1_000_001), 'The answer is longer than 1000000 characters.'],
  ])('is refused for %s', (_name, answer, message) => {
    expect(readEdits(answer)).toEqual({ kind: 'unreadable', message })
  })
})

describe('diffs', () => {
  const diff = ['--- a/src/a.ts', '+++ b/src/a.ts', '@@ -1,3 +1,3 @@ head', ' one', '-two', '+TWO', ' three']
  const blocks = [{ path: 'src/a.ts', search: 'one\ntwo\nthree\n', replace: 'one\nTWO\nthree\n' }]

  it.each([
    ['as git writes it', ['diff --git a/src/a.ts b/src/a.ts', 'index 1..2 100644', ...diff, '']],
    ['in a fence', ['Here:', '```diff', ...diff, '```', 'Done.']],
    ['without line numbers', diff.with(2, '@@')],
    ['with a time', diff.with(1, '+++ b/src/a.ts\t2026-01-01 00:00:00')],
    ['that says that the last newline is missing', [...diff, '\\ No newline at end of file']],
    ['as a patch', ['*** Begin Patch', '*** Update File: src/a.ts', '@@ head', ...diff.slice(3), '*** End Patch']],
    ['as a patch without a head', ['*** Begin Patch', '*** Update File: src/a.ts', ...diff.slice(3), '*** End of File', '*** End Patch']],
  ])('are read %s', (_name, lines) => {
    expect(readEdits(lines.join('\n'))).toEqual({ kind: 'blocks', blocks })
  })

  it('are read with several hunks and files', () => {
    const answer = [...diff, '@@ -9 +9 @@', '-x', '+y', '--- /dev/null', '+++ b/new.ts', '@@ -0,0 +1 @@', '+new'].join('\n')
    expect(readEdits(answer)).toEqual({
      kind: 'blocks',
      blocks: [...blocks, { path: 'src/a.ts', search: 'x\n', replace: 'y\n' }, { path: 'new.ts', search: '', replace: 'new\n' }],
    })
  })

  it('are read as patches with several files, and context that lost its space', () => {
    const answer = [
      '*** Begin Patch',
      '*** Add File: new.ts',
      '+new',
      '*** Update File: a.ts',
      '@@',
      'x',
      '-y',
      '@@ b',
      '-z',
      '+Z',
      '*** End Patch',
    ]
    expect(readEdits(answer.join('\n'))).toEqual({
      kind: 'blocks',
      blocks: [
        { path: 'new.ts', search: '', replace: 'new\n' },
        { path: 'a.ts', search: 'x\ny\n', replace: 'x\n' },
        { path: 'a.ts', search: 'z\n', replace: 'Z\n' },
      ],
    })
  })

  it.each([
    [
      'that delete a file',
      ['--- a/old.ts', '+++ /dev/null', '@@ -1 +0,0 @@', '-old'],
      'The diff deletes old.ts. Files are not deleted by an edit.',
    ],
    ['that change nothing', ['--- a/a.ts', '+++ b/a.ts', '@@ -1 +1 @@', ' same'], 'The diff changes nothing.'],
    [
      'that are patches and delete a file',
      ['*** Begin Patch', '*** Delete File: old.ts', '*** End Patch'],
      'The patch deletes or moves old.ts. An edit does neither.',
    ],
    [
      'that are patches and move a file',
      ['*** Begin Patch', '*** Update File: a.ts', '*** Move to: b.ts', '*** End Patch'],
      'The patch deletes or moves a.ts. An edit does neither.',
    ],
    [
      'that are patches without an end',
      ['*** Begin Patch', '*** Update File: a.ts', '-a'],
      'The patch has no "*** End Patch", so it may have been cut off.',
    ],
    [
      'that are patches without a file',
      ['*** Begin Patch', '@@', '-a', '*** End Patch'],
      'The patch does not say which file it is about: "*** Update File: <path>" is missing.',
    ],
    [
      'that are patches and change nothing',
      ['*** Begin Patch', '*** Update File: a.ts', ' a', '*** End Patch'],
      'The patch changes nothing.',
    ],
  ])('are refused %s', (_name, lines, message) => {
    expect(readEdits(lines.join('\n'))).toEqual({ kind: 'unreadable', message })
  })
})

describe('any answer', () => {
  const marks = ['<<<<<<< SEARCH', '=======', '>>>>>>> REPLACE', '```', '```ts src/a.ts', '~~~~', '@@ -1 +1 @@', '--- a/x', '+++ b/x']
  const patch = ['*** Begin Patch', '*** End Patch', '*** Update File: a.ts', '*** Delete File: b', '+++ /dev/null', '-a', '+b', ' c']
  const line = fc.constantFrom(...marks, ...patch, '\\ No newline', '<think>', '</think>', ...hostileTexts)
  const answer = fc.oneof(
    fc.array(line, { maxLength: 25 }).map((lines) => lines.join('\n')),
    fc.string({ unit: 'binary' }),
  )

  it('is read or refused, and what is read can be tried on any file', () => {
    fc.assert(
      fc.property(answer, answer, (text, file) => {
        const edits = readEdits(text)
        if (edits.kind === 'unreadable') expect(edits.message).toMatch(/^[A-Z].*\.$/s)
        if (edits.kind === 'blocks') expect(['applied', 'refused']).toContain(applyEdits(file, edits.blocks).status)
      }),
      { numRuns: process.env.SOAK === '1' ? 100_000 : 3000 },
    )
  })

  it('gives back every block that is written as asked', () => {
    const code = fc.array(
      fc.string({ unit: 'grapheme', maxLength: 20 }).filter((text) => !/[\r\n]|^\s*[<=>]{5}|[`~]{3}|think/.test(text)),
      { maxLength: 6 },
    )
    const text = (lines: string[]) => lines.map((one) => `${one}\n`).join('')
    fc.assert(
      fc.property(fc.array(fc.tuple(code, code), { minLength: 1, maxLength: 4 }), (pairs) => {
        const written = pairs.map(([search, replace]) => `src/a.ts\n${block(text(search), text(replace))}`).join('\n\n')
        const blocks = pairs.map(([search, replace]) => ({ path: 'src/a.ts', search: text(search), replace: text(replace) }))
        expect(readEdits(written)).toEqual({ kind: 'blocks', blocks })
      }),
      { numRuns: process.env.SOAK === '1' ? 50_000 : 1000 },
    )
  })

  it.each([
    ['marks', '<<<<<<< SEARCH\n'.repeat(60_000)],
    ['dividers', `<<<<<<< SEARCH\n${'=======\n'.repeat(120_000)}>>>>>>> REPLACE`],
    ['fences', '```\n'.repeat(200_000)],
    ['spaces', `${' '.repeat(900_000)}<<<<<<< SEARCH`],
    ['a long name', `${'*'.repeat(400_000)}/a.ts\n${block('a\n', 'b\n')}`],
    ['tags', '</think>'.repeat(120_000)],
    ['hunks', '@@\n'.repeat(300_000)],
  ])('of a million characters of %s is answered', (_name, text) => {
    expect(readEdits(text)).toBeDefined()
  })
})
