import { languageOf } from '../../../syntax/language.ts'
import { parse, type SyntaxTree } from '../../../syntax/parse.ts'
import { dependenceIn } from '../assertions/dependence.ts'
import { findAssertions } from '../assertions/find-assertions.ts'
import { replacesTarget } from '../assertions/replaced-target.ts'
import { rejected, type Trial } from '../trial.ts'
import { byText } from './filter.ts'

/** It asserts something that depends on the code it was written for, and asks for more than that there is a value. */
export const asserts = byText('assert', async ({ candidate }) => {
  const { text, placement, addedLines, target } = candidate
  const language = languageOf(placement.path, text)
  const tree = language && (await parse(text, language))
  const assertions = tree && findAssertions(tree, addedLines)
  if (!tree || !assertions) return null
  const name = target.name
  if (assertions.length === 0) {
    return rejected(
      'assert',
      'It asserts nothing.',
      `The test asserts nothing. Call ${name} and compare what comes back with the value it has to be.`,
    )
  }
  if (replacesTarget(tree, addedLines, target)) {
    return rejected(
      'assert',
      `It replaces ${name} by a mock, and so looks only at that.`,
      `The test replaces ${name} by a mock. Call the real ${name}, and mock at most what it uses.`,
    )
  }
  const isDependent = dependenceIn(tree)
  const dependent = assertions.filter(({ subjects }) => subjects.some(isDependent))
  if (dependent.length === 0) {
    const what = mentionsMocks(candidate, tree) ? 'its own mocks' : 'values of its own'
    return rejected(
      'assert',
      `Its assertions look only at ${what}: they hold whatever ${name} does.`,
      `The assertions look only at ${what}. Assert on what the real ${name} returns, throws or changes.`,
    )
  }
  if (dependent.every(({ isWeak }) => isWeak)) {
    return rejected(
      'assert',
      'It only asserts that there is a value, or compares one with itself.',
      `The assertions hold for nearly every value. Compare what ${name} returns with the exact value that it has to be.`,
    )
  }
  return null
})

function mentionsMocks({ addedLines }: Trial['candidate'], { text }: SyntaxTree): boolean {
  const lines = text.split('\n')
  return addedLines.some((line) => /\b(?:mock|stub|spy|MagicMock|Mock|vi\.fn|jest\.fn|sinon)\b|\bfn\(/i.test(lines[line - 1] ?? ''))
}
