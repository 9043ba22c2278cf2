import { z } from 'zod'
import { type CommitRules, conventionalRules } from './commit-message-rules.ts'

const ruleSchema = z.tuple([z.number(), z.enum(['always', 'never']).catch('always')]).rest(z.unknown())
const configSchema = z.looseObject({ rules: z.record(z.string(), ruleSchema.or(z.array(z.unknown()))).default({}) })
const names = z.array(z.string().regex(/^[\w$@.\-*/ ]{1,50}$/)).min(1)

interface Rule {
  when: 'always' | 'never'
  value: unknown
}

/**
 * What the resolved configuration of commitlint (`--print-config=json`) says about messages; null where that is none. What is not told
 * here, such as a rule of a plugin, is known by commitlint itself, which has the last word.
 */
export function rulesFromCommitlint(rawConfig: unknown): CommitRules | null {
  const config = configSchema.safeParse(rawConfig)
  if (!config.success) return null
  const rule = (name: string): Rule | null => {
    const { data } = ruleSchema.safeParse(config.data.rules[name])
    return data === undefined || data[0] === 0 ? null : { when: data[1], value: data[2] }
  }
  const types = names.safeParse(valueOf(rule('type-enum'), 'always')).data
  return {
    types: types ?? conventionalRules.types,
    scopes: scopesOf(rule('scope-enum')),
    scope: presenceOf(rule('scope-empty')),
    body: presenceOf(rule('body-empty')),
    subjectCase: wantsSentence(rule('subject-case')) ? 'sentence' : 'lower',
    headerLength: lengthOf(rule('header-max-length')),
    lineLength: lengthOf(rule('body-max-line-length')),
  }
}

const valueOf = (rule: Rule | null, when: Rule['when']) => (rule?.when === when ? rule.value : undefined)

/** The list, or from commitlint 20 on an object that holds it. An empty one allows any. */
function scopesOf(rule: Rule | null): readonly string[] | null {
  const value = valueOf(rule, 'always')
  const listed = z.object({ scopes: names }).safeParse(value).data?.scopes
  return listed ?? names.safeParse(value).data ?? null
}

function presenceOf(rule: Rule | null): CommitRules['scope'] {
  if (rule === null) return 'optional'
  return rule.when === 'never' ? 'required' : 'forbidden'
}

function lengthOf(rule: Rule | null): number {
  const length = z.number().int().min(20).safeParse(valueOf(rule, 'always')).data
  return Math.min(length ?? conventionalRules.headerLength, 1000)
}

/** Whether only subjects that begin with a capital letter are allowed. */
function wantsSentence(rule: Rule | null): boolean {
  const cases = [rule?.value].flat()
  const capital = cases.includes('sentence-case') || cases.includes('sentencecase')
  return rule?.when === 'always' ? capital && !cases.includes('lower-case') : cases.includes('lower-case') && !capital
}
