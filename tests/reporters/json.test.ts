import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { schemas, schemaText } from '../../scripts/schemas.ts'
import type { Report } from '../../src/domain/report.ts'
import { json } from '../../src/reporters/json.ts'
import { reportArbitrary, reportWith } from '../helpers/report-arbitrary.ts'
import { optionsWith } from '../helpers/reporter-options.ts'

it('is the report, and nothing else', () => {
  fc.assert(
    fc.property(reportArbitrary, (report) => {
      expect(JSON.parse(json(report, optionsWith()))).toEqual(report)
    }),
  )
})

it('refuses what is not a report instead of writing it', () => {
  expect(() => json({ ...reportWith(), findings: [{}] } as unknown as Report, optionsWith())).toThrow(/findings/)
})

it.each(Object.entries(schemas))('follows the published %s, which is up to date', (name, schema) => {
  expect(readFileSync(join(import.meta.dirname, '../../schema', name), 'utf8')).toBe(schemaText(schema))
})

it('is valid by the published schema', () => {
  const validate = new Ajv2020({ strict: false, allErrors: true }).compile(schemas['report.schema.json']!)
  fc.assert(
    fc.property(reportArbitrary, (report) => {
      validate(JSON.parse(json(report, optionsWith())))
      expect(validate.errors ?? []).toEqual([])
    }),
  )
})
