import { describe, expect, it } from 'vitest'
import { chooseFiles, quantOf } from '../../../src/engine/models/choose-files.ts'

const named = (...paths: string[]) => ({ files: paths.map((path) => ({ path, bytes: 1, sha256: null })) })
const chosen = (paths: readonly string[], wish: { quant?: string; file?: string } = {}) =>
  chooseFiles(named(...paths), { repository: 'user/repo', quant: wish.quant ?? null, file: wish.file ?? null }).map(({ path }) => path)

describe('quantOf', () => {
  it.each([
    ['Qwen3-Coder-30B-A3B-Instruct-Q4_K_M.gguf', 'Q4_K_M'],
    ['Qwen3-Coder-Next-UD-Q4_K_XL.gguf', 'UD-Q4_K_XL'],
    ['gpt-oss-20b.MXFP4.gguf', 'MXFP4'],
    ['Qwen3.6-35B-A3B-MXFP4_MOE.gguf', 'MXFP4_MOE'],
    ['a-IQ3_XXS-00001-of-00002.gguf', 'IQ3_XXS'],
    ['UD-Q2_K_XL/model.gguf', 'UD-Q2_K_XL'],
    ['a-bf16.gguf', 'BF16'],
    ['a-f16.gguf', 'F16'],
    ['model.gguf', null],
    ['not-a-quantity4.gguf', null],
  ])('finds in %s: %s', (path, label) => {
    expect(quantOf(path)).toBe(label)
  })
})

describe('chooseFiles', () => {
  it('prefers the usual trade of size against quality', () => {
    expect(chosen(['a-Q8_0.gguf', 'a-Q4_K_M.gguf', 'a-F16.gguf'])).toEqual(['a-Q4_K_M.gguf'])
  })

  it('takes the quantisation that was named, and not one whose name only contains it', () => {
    expect(chosen(['a-UD-Q4_K_M.gguf', 'a-Q4_K_M.gguf'], { quant: 'q4_k_m' })).toEqual(['a-Q4_K_M.gguf'])
    expect(chosen(['a-UD-Q4_K_M.gguf', 'a-Q4_K_M.gguf'], { quant: 'UD-Q4_K_M' })).toEqual(['a-UD-Q4_K_M.gguf'])
  })

  it('takes the only model there is, whatever it is called, and no projector or matrix', () => {
    expect(chosen(['mmproj-F16.gguf', 'imatrix.gguf', 'README.md', 'something.gguf'])).toEqual(['something.gguf'])
  })

  it('takes all parts in order, by any of them', () => {
    const parts = ['a-Q4_K_M-00002-of-00002.gguf', 'a-Q4_K_M-00001-of-00002.gguf']
    expect(chosen(parts, { file: parts[0]! })).toEqual(parts.toReversed())
    expect(chosen(parts)).toEqual(parts.toReversed())
  })

  it.each([
    [['README.md'], {}, 'user/repo has no GGUF files.', /-GGUF/],
    [['a-Q4_K_M.gguf'], { quant: 'Q2_K' }, 'user/repo has no Q2_K.', /Name one of: Q4_K_M\./],
    [['a-x.gguf', 'b-y.gguf'], {}, 'user/repo has no quantisation that is taken by default.', /Name one of: a-x.gguf, b-y.gguf\./],
    [['a-Q4_K_M.gguf'], { file: 'b.gguf' }, 'user/repo has 0 of 1 files of b.gguf.', /It has: Q4_K_M\./],
    [['a-Q4_K_M-00001-of-00002.gguf'], {}, 'user/repo has 1 of 2 files of a-Q4_K_M-00001-of-00002.gguf.', /It has/],
  ])('of %j with %j it says what is missing', (paths, wish, message, hint) => {
    expect(() => chosen(paths, wish)).toThrow(
      expect.objectContaining({ code: 'MODEL_UNKNOWN', message, hint: expect.stringMatching(hint) }),
    )
  })
})
