import { describe, expect, it } from 'vitest'
import { pathFilter, reviewOptionsFor } from '../../src/config/for-path.ts'
import { configSchemaFor } from '../../src/config/schema.ts'

const schema = configSchemaFor([
  { name: 'secrets', summary: 'A secret.', defaultSeverity: 'error' },
  { name: 'logic', summary: 'Wrong logic.' },
])

describe('reviewOptionsFor', () => {
  const config = schema.parse({
    review: { failOn: 'warning', checks: { logic: 'warning' } },
    paths: [
      { match: 'legacy/**', review: { failOn: 'never', maxFindings: 1, checks: { secrets: 'note' } } },
      { match: '**/*.md' },
      { match: 'legacy/new/**', review: { failOn: 'note', checks: { logic: 'off' } } },
    ],
  })

  it('is the review section where no override matches', () => {
    expect(reviewOptionsFor(config, 'src/a.ts')).toEqual(config.review)
  })

  it('overrides what the entry names, and leaves the rest', () => {
    expect(reviewOptionsFor(config, 'legacy/a.ts')).toEqual({
      ...config.review,
      failOn: 'never',
      maxFindings: 1,
      checks: { secrets: 'note', logic: 'warning' },
    })
  })

  it('lets the last match win, option by option and check by check', () => {
    expect(reviewOptionsFor(config, 'legacy/new/a.ts')).toMatchObject({
      failOn: 'note',
      maxFindings: 1,
      checks: { secrets: 'note', logic: 'off' },
    })
  })

  it('matches hidden files, and an entry without options changes nothing', () => {
    expect(reviewOptionsFor(config, 'legacy/.github/a.yml').failOn).toBe('never')
    expect(reviewOptionsFor(config, 'docs/a.md')).toEqual(config.review)
  })
})

describe('pathFilter', () => {
  it('wants everything but generated files by default', () => {
    expect(['src/a.ts', '.github/x.yml', 'src/a.generated.ts'].filter(pathFilter(schema.parse({})))).toEqual(['src/a.ts', '.github/x.yml'])
  })

  it('wants nothing that is excluded, even where it is included', () => {
    const wants = pathFilter(schema.parse({ include: ['src/**'], exclude: ['src/old/**'] }))
    expect(['src/a.ts', 'src/old/a.ts', 'lib/a.ts'].filter(wants)).toEqual(['src/a.ts'])
  })
})
