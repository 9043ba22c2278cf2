import { factsOf } from './check-facts.ts'
import { addedLinesOf, type ChangedFile } from '../../../domain/change.ts'
import { excerpt } from './added-matches.ts'
import { type Check, type CheckContext, type CheckFinding, perFile } from './check.ts'
import { hiddenCharacters, maxHidden, type Hidden } from './hidden-characters.ts'
import { codeByLine } from './passages.ts'

/** What does not show in an editor or a diff, and so is not what the reviewer read. */
export const invisibleCharacters: Check = {
  ...factsOf('invisible-characters'),
  run: perFile(findHidden),
}

async function findHidden(file: ChangedFile, context: CheckContext): Promise<CheckFinding[]> {
  const suspects = addedLinesOf(file).flatMap(({ line, text }) => {
    const all = hiddenCharacters(text, { isFirstLine: line === 1 })
    // Recorded terminal output is full of them, and nobody's writing.
    const hidden = context.isGenerated(file) ? all.filter(({ kind }) => kind === 'bidi' || kind === 'tag') : all
    return hidden.length > 0 ? [{ line, text, hidden }] : []
  })
  if (suspects.length === 0) return []
  const codeOf = codeByLine(await context.passages(file, 'new'))
  return suspects.flatMap((suspect) => tell(file, { ...suspect, code: codeOf(suspect.line) }))
}

interface Suspect {
  line: number
  text: string
  hidden: readonly Hidden[]
  /** Null where the language is not known. */
  code: string | null
}

function tell({ path }: ChangedFile, { line, text, hidden, code }: Suspect): CheckFinding[] {
  const runs = ({ index }: Hidden) => code !== null && code.charAt(index) === text.charAt(index)
  const told = hidden.filter((one) => {
    if (one.kind === 'bidi') return !(one.isTranslation && code === null)
    // A strange space in a text is typography.
    if (one.kind === 'space') return runs(one)
    return (one.kind !== 'soft-hyphen' && one.kind !== 'mark') || code !== null
  })
  const [first] = told
  if (!first) return []
  const names = [...new Set(told.map(({ name }) => name))]
  const isGrave =
    told.length >= maxHidden || told.some((one) => one.kind === 'bidi' || one.kind === 'tag' || (one.kind === 'zero-width' && runs(one)))
  return [
    {
      title: `${reasons[first.kind].title}: ${names[0]}`,
      message: `${listed(names)} on this line. ${reasons[first.kind].message} Remove it, or write it as an escape sequence.`,
      region: { path, startLine: line, endLine: line },
      evidence: excerpt(text.replace(/\r$/, ''), first.index),
      milder: !isGrave,
    },
  ]
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 4).join(', ')
  return names.length > 4 ? `${shown} and ${names.length - 4} others stand` : `${shown} ${names.length === 1 ? 'stands' : 'stand'}`
}

const reasons: Readonly<Record<Hidden['kind'], { title: string; message: string }>> = {
  bidi: {
    title: 'Bidirectional control character',
    message: 'It changes the order in which the line is shown, so that a reviewer reads other code than the compiler.',
  },
  tag: { title: 'Hidden text', message: 'It shows as nothing at all, and can carry words that only a program or a language model reads.' },
  'zero-width': {
    title: 'Zero-width character',
    message: 'It shows as nothing, so that two names or values that look alike are different.',
  },
  'soft-hyphen': {
    title: 'Zero-width character',
    message: 'It shows as nothing, so that two names or values that look alike are different.',
  },
  mark: { title: 'Bidirectional mark', message: 'It shows as nothing, and can change the order in which the line is shown.' },
  control: {
    title: 'Control character',
    message: 'A terminal obeys it instead of showing it, so that what stands on the line can be hidden or overwritten.',
  },
  space: { title: 'Space that is none', message: 'It looks like a space, and to a parser it is another character.' },
}
