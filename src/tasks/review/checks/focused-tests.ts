import { factsOf } from './check-facts.ts'
import type { ChangedFile } from '../../../domain/change.ts'
import type { AddedMatch } from './added-matches.ts'
import { type Check, perFile } from './check.ts'
import { isTestPath } from './file-roles.ts'
import type { Passage } from './passages.ts'
import { applyRules, type PatternRule } from './pattern-rules.ts'

type Judge = (match: AddedMatch, file: ChangedFile) => boolean

const script = ['javascript', 'component']
const inTests: Judge = (_, { path }) => isTestPath(path)

const focus = (languages: readonly string[], pattern: RegExp, isFocus: Judge = inTests): PatternRule => ({
  languages,
  layer: 'code',
  pattern,
  tell(match, file) {
    if (!isFocus(match, file)) return null
    const mark = (match.groups[1] ?? match.groups[0] ?? '').replace(/\s+/g, '')
    return {
      title: `${mark} runs only this test`,
      message: `With ${mark} the runner leaves out every other test of the file or the suite, and the build is green although they did not run. Remove the focus.`,
    }
  },
})

const roots = 'describe|it|test|context|suite|specify|bench|QUnit|Deno|Feature|Scenario'
const chain = String.raw`(?:\s{0,80}\.\s{0,80}\w{1,40}){0,4}?\s{0,80}\.\s{0,80}only`
const call = String.raw`(?=\s{0,80}(?:[(${'`'}<]|\.\s{0,80}(?:each|concurrent|sequential|for|serial|parallel)\b))`
const onlyCall = new RegExp(String.raw`(?<![\w$.])((?:${roots})${chain})\b${call}`, 'g')

/** Outside of test files the call has to name a test, and its root must not be a variable of the file. */
function onlyOnRunner(): Judge {
  const variables = new Map<Passage, ReadonlySet<string>>()
  return ({ passage, index, groups }, { path }) => {
    const [whole = '', mark = ''] = groups
    const root = /^\w+/.exec(mark)?.[0] ?? ''
    const known = variables.get(passage) ?? variablesOf(passage)
    variables.set(passage, known)
    if (known.has(root)) return false
    const argument = passage.text.slice(index + whole.length, index + whole.length + 100)
    return isTestPath(path) || (/^(?:describe|it|test)$/.test(root) && /^\s*\(?\s*["'`]/.test(argument))
  }
}

/** Runners' names that a file gives to something else. `const test = base.extend(…)` is still a runner, `const test = [...]` is not. */
function variablesOf({ code }: Passage): ReadonlySet<string> {
  const declarations = new RegExp(String.raw`\b(?:const|let|var|function|class)\s{1,20}(${roots})\b([^\n]{0,120})`, 'g')
  const runner = /\.(?:extend|extends)\b|=\s*\(?\s*(?:await\s+)?(?:import|require)\b|=\s*\w+\.(?:test|it|describe)\b/
  return new Set([...(code ?? '').matchAll(declarations)].flatMap(([, name = '', rest = '']) => (runner.test(rest) ? [] : [name])))
}

const focuses: readonly PatternRule[] = [
  focus(script, /(?<![\w$.])(?<!\bfunction )((?:fit|fdescribe|fcontext|iit|ddescribe))\s{0,20}\(\s{0,80}["'`]/g),
  focus(
    script,
    /(?<![\w$.])(?:describe|it|test|suite|Deno\.test)\s{0,20}\([^(){};]{0,200}(?:\{[^(){};]{0,120})?(\bonly\s{0,20}:\s{0,20}true)\b/g,
  ),
  focus(['ruby'], /^[ \t]{0,200}(f(?:it|describe|context|specify|example|feature|scenario))\b(?=[ \t]{0,20}[("'])/gm),
  focus(['ruby'], /^[ \t]{0,200}(focus)\b(?=[ \t]{1,20}(?:["']|do\b))/gm),
  focus(
    ['ruby'],
    /^[ \t]{0,200}(?:RSpec\.)?(?:it|describe|context|specify|example|feature|scenario)\b[^\n]{0,300}[, (](focus:[ \t]{0,20}true|:focus(?:[ \t]{0,20}=>[ \t]{0,20}true)?)(?=[\s,)]|$)/gm,
  ),
  focus(['go'], /(?<![\w.])((?:ginkgo\.)?F(?:It|Describe|Context|When|Specify|Entry|DescribeTable|DescribeTableSubtree))\(\s{0,80}["`]/g),
  focus(['go'], /(?<![\w.])(?:It|Describe|Context|When|Specify|Entry|DescribeTable)\([^(){}\n]{0,200},\s{0,80}(Focus)\s{0,20},/g),
  focus(['swift'], /(?<![\w.])(?<!\bfunc )(f(?:it|describe|context))\s{0,20}\(\s{0,80}"/g),
  focus(['php'], /(->only)\(\s{0,20}\)/g),
  focus(['dart'], /(?<![\w.])(solo_(?:test|group))\(|\b(solo:\s{0,20}true)\b/g),
]

/** A test that keeps all the others from running. */
export const focusedTests: Check = {
  ...factsOf('focused-tests'),
  run: perFile((file, context) => applyRules(file, context, [focus(script, onlyCall, onlyOnRunner()), ...focuses]), 'handwritten'),
}
