import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { AppError } from '../../src/domain/errors.ts'
import { commentModes, inputNames, readInputs, secretsIn, variableOf } from '../../src/action/inputs.ts'

const given = (inputs: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(inputs).map(([name, value]) => [variableOf(name), value]))
const refusal = (inputs: Readonly<Record<string, string>>) => {
  try {
    readInputs(given(inputs))
  } catch (error) {
    return error
  }
  return undefined
}

interface Manifest {
  inputs: Record<string, { description: string; default?: string }>
}
const manifest = parse(readFileSync(join(import.meta.dirname, '../../action.yml'), 'utf8')) as Manifest

describe('readInputs', () => {
  it('knows the inputs of action.yml, and their defaults', () => {
    expect(Object.keys(manifest.inputs).toSorted()).toEqual(inputNames.toSorted())
    const defaults = Object.entries(manifest.inputs).flatMap(([name, { default: value }]) =>
      value === undefined || value.includes('${{') ? [] : [[name, value]],
    )
    expect(readInputs(given(Object.fromEntries(defaults) as Record<string, string>))).toEqual(readInputs({}))
  })

  it('names in action.yml what is allowed', () => {
    for (const mode of commentModes) expect(manifest.inputs['comment-mode']?.description).toContain(mode)
  })

  it('takes an empty input for one that was left out', () => {
    expect(readInputs(given({ task: '', shard: ' ', model: '' }))).toEqual({ task: 'review', 'max-comments': 40 })
  })

  it.each([
    [{ 'fail-on': 'eror' }, 'The input fail-on is "eror".', 'It must be one of note, warning, error, never. Did you mean error?'],
    [{ task: 'deploy' }, 'The input task is "deploy".', 'It must be one of review, fix, generate-tests.'],
    [{ 'max-comments': '-1' }, 'The input max-comments is "-1".', 'It must be a whole number up to 999.'],
    [{ shard: '2 of 5' }, 'The input shard is "2 of 5".', 'It must be <i>/<n>, such as 2/5.'],
    [{ base: 'main\n--output=x' }, 'The input base is "main␊--output=x".', 'It must be one line without control characters.'],
  ])('refuses %j and says what is allowed', (inputs, message, hint) => {
    expect(refusal(inputs)).toMatchObject({ code: 'USAGE_INVALID', message, hint })
  })

  it('shows no key in an error', () => {
    const error = refusal({ 'api-key': 'sk-secret\nmore' })
    expect(error).toMatchObject({ message: 'The input api-key is not one line of text.' })
    expect(secretsIn(given({ 'api-key': 'sk-secret', 'github-token': 'ghs_x' }))).toEqual(['ghs_x', 'sk-secret'])
  })

  it('lets no shard take back what the others posted', () => {
    expect(refusal({ shard: '1/2', 'comment-mode': 'review' })).toMatchObject({ code: 'USAGE_INVALID' })
    expect(refusal({ shard: '1/2', 'comment-mode': 'annotations' })).toBeUndefined()
  })

  it('lets no control character through, whatever is given', () => {
    fc.assert(
      fc.property(fc.constantFrom(...inputNames), fc.string({ unit: 'binary' }), (name, value) => {
        const error = refusal({ [name]: value })
        // Cheaper than a matcher, of which each would render the error.
        const isFine =
          error === undefined ? !/\p{Cc}/u.test(String(readInputs(given({ [name]: value }))[name] ?? '')) : error instanceof AppError
        expect(isFine).toBe(true)
      }),
    )
  })
})
