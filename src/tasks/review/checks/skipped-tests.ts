import { factsOf } from './check-facts.ts'
import type { ChangedFile } from '../../../domain/change.ts'
import type { AddedMatch } from './added-matches.ts'
import { type Check, perFile } from './check.ts'
import { isTestPath } from './file-roles.ts'
import { withoutMoved } from './moved-lines.ts'
import { applyRules, codeLineBefore, type PatternRule } from './pattern-rules.ts'

type Judge = (match: AddedMatch, file: ChangedFile) => boolean

const script = ['javascript', 'component']
const jvm = ['java', 'kotlin', 'scala', 'groovy']
const anywhere: Judge = () => true
const inTests: Judge = (_, { path }) => isTestPath(path)

/** A skip behind a condition still runs somewhere, so it is none of ours. */
const unconditional: Judge = (match, file) =>
  isTestPath(file.path) &&
  !/^\s*(?:\}?\s*else\b|\}?\s*if\b|elif\b|unless\b|when\b|case\b|switch\b|guard\b|except\b|rescue\b|catch\b|\}\s*catch\b)/.test(
    codeLineBefore(match),
  ) &&
  !isGuardedInLine(match)

function isGuardedInLine({ passage, index }: AddedMatch): boolean {
  const code = passage.code ?? ''
  const before =
    code
      .slice(Math.max(0, index - 200), index)
      .split('\n')
      .at(-1) ?? ''
  const [after = ''] = code.slice(index, index + 200).split('\n')
  return /\b(?:if|unless|guard)\b|&&|\|\||\?/.test(before + after)
}

const skip = (languages: readonly string[], pattern: RegExp, isSkip: Judge): PatternRule => ({
  languages,
  layer: 'code',
  pattern,
  tell(match, file) {
    if (!isSkip(match, file)) return null
    const mark = (match.groups.slice(1).find((group) => group !== undefined) ?? match.groups[0] ?? '').replace(/\s+/g, '')
    return {
      title: `${mark} switches a test off`,
      message: `The tests under ${mark} no longer run, so nothing fails when what they guard breaks. Repair the test, or say where it will be repaired.`,
    }
  },
})

const chain = String.raw`(?:\s{0,80}\.\s{0,80}\w{1,40}){0,4}?\s{0,80}\.\s{0,80}`
const notACondition = String.raw`(?=\s{0,80}(?:\(\s{0,80}(?:["'${'`'})]|\w+\s{0,20},\s{0,20}(?:async\b|function\b|\())|[${'`'}<]|\.\s{0,80}(?:each|concurrent|for|only)\b))`

const skips: readonly PatternRule[] = [
  skip(
    script,
    new RegExp(String.raw`(?<![\w$.])((?:describe|it|context|suite|specify)${chain}(?:skip|fixme|failing))\b(?=\s{0,80}[(.${'`'}<])`, 'g'),
    inTests,
  ),
  skip(
    script,
    new RegExp(String.raw`(?<![\w$.])((?:test|Deno)${chain}(?:skip|fixme|failing|ignore))\b${notACondition}`, 'g'),
    (match, file) => isTestPath(file.path) && (!/\(\s*\)/.test(callAfter(match)) || unconditional(match, file)),
  ),
  skip(script, /(?<![\w$.])(x(?:it|test|describe|context|specify))\s{0,20}(?=\(\s{0,80}["'`]|\.\s{0,20}each)/g, inTests),
  skip(
    script,
    /(?<![\w$.])(?:describe|it|test|suite)\s{0,20}\([^(){};]{0,200}\{[^(){};]{0,120}(\b(?:skip|todo|ignore)\s{0,20}:\s{0,20}true)\b/g,
    inTests,
  ),
  skip(script, /(?<![\w$.])((?:this|t|ctx|context)\.skip)\(/g, unconditional),
  skip(['python'], /(@pytest\.mark\.skip)\b(?!if)/g, anywhere),
  skip(
    ['python'],
    /(@pytest\.mark\.xfail)\b(?=[ \t]{0,20}(?:\r?$|\(\s{0,80}(?:\)|(?:reason|strict|raises|run)\s{0,20}=))|\r?$)/gm,
    anywhere,
  ),
  skip(['python'], /(@(?:unittest\.)?(?:skip|expectedFailure))\b(?=\(|[ \t]*\r?$)/gm, anywhere),
  skip(['python'], /\bpytestmark\s{0,20}=[^\n]{0,80}\b(pytest\.mark\.skip)\b/g, anywhere),
  skip(['python'], /(?<![\w.])((?:self\.skipTest|pytest\.(?:skip|xfail)))\(/g, unconditional),
  skip(['go'], /(?<![\w.])([tbf]\.Skip(?:Now|f)?)\(/g, unconditional),
  skip(['go'], /(?<![\w.])([PX](?:It|Describe|Context|When|Specify|Entry|DescribeTable))\(\s{0,80}["`]/g, inTests),
  skip(['rust'], /(#\[ignore)\b/g, anywhere),
  skip(jvm, /(@(?:Disabled|Ignore|Ignored))(?![\w.])/g, inTests),
  skip(['csharp'], /(\[Ignore)\b|\[(?:Fact|Theory|SkippableFact)\([^()\n]{0,80}\b(Skip\s{0,20}=)/g, inTests),
  skip(['ruby'], /^[ \t]{0,200}(x(?:it|describe|context|specify|example|feature|scenario))\b(?=[ \t]{0,20}[("'])/gm, inTests),
  skip(['ruby'], /^[ \t]{0,200}(skip|pending)\b(?=[ \t]{0,20}(?:["'(]|\r?$))/gm, unconditional),
  skip(['php'], /(\$this->markTest(?:Skipped|Incomplete))\(/g, unconditional),
  skip(['php'], /(->skip)\(\s{0,20}["')]/g, inTests),
  skip(['swift'], /(?<![\w.])(XCTSkip)\(/g, unconditional),
  skip(['elixir'], /(@(?:module)?tag :skip)\b/g, anywhere),
  skip(['dart'], /\b(skip:\s{0,20}(?:true|["']))/g, inTests),
]

function callAfter({ passage, index, groups }: AddedMatch): string {
  const start = index + (groups[0]?.length ?? 0)
  return passage.code?.slice(start, start + 40).split(',')[0] ?? ''
}

/** A test that ran before the change and does not any more. */
export const skippedTests: Check = {
  ...factsOf('skipped-tests'),
  async run(context) {
    const run = perFile((file) => applyRules(file, context, skips), 'handwritten')
    return withoutMoved(await run(context), context.change)
  },
}
