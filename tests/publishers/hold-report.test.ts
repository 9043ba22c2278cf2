import fc from 'fast-check'
import { expect, it } from 'vitest'
import { findingSchema } from '../../src/domain/finding.ts'
import { holdReport } from '../../src/publishers/hold-report.ts'
import { findingWith, reportArbitrary } from '../helpers/report-arbitrary.ts'
import { changed, draftAt, scene, type Scene } from './scene.ts'

let reading: ReturnType<Scene['review']> | undefined
/** Read once: it is only data, and outlives the repository it came from. */
const given = () =>
  (reading ??= scene({ feature: { 'a.ts': changed({ 5: '  BUG1();', 30: 'BUG2' }), 'new.ts': 'one\nBUG3\nthree\n' } }).then(({ review }) =>
    review(),
  ))

async function held(...drafts: ReturnType<typeof draftAt>[]) {
  const findings = drafts.map((draft, index) => findingWith({ ...draft, id: `${index}`, fingerprint: 'f'.repeat(32) }))
  const { report, change } = await given()
  const { report: kept, dropped } = holdReport({ ...report, findings }, change)
  return {
    dropped,
    lines: kept.findings.map(({ region, evidence }) => [region.path, region.startLine, region.endLine, evidence]),
    findings: kept.findings,
  }
}

it('leaves an honest report as it is', async () => {
  const { report, change } = await given()
  expect(holdReport(report, change)).toEqual({ report, dropped: 0 })
})

it.each([
  ['evidence that is nowhere', draftAt('a.ts', 5, 'eval(input)')],
  ['a file that is not changed', draftAt('package.json', 5, 'BUG1')],
  ['evidence that begins right and goes on wrong', draftAt('a.ts', 5, '  BUG1();\nrm -rf /')],
  ['evidence that says too little to be found elsewhere', draftAt('new.ts', 1, '}')],
  ['no evidence at all', draftAt('a.ts', 5, '')],
  ['a line beyond the diff', draftAt('a.ts', 20, 'const value20 = 20')],
])('drops %s', async (_name, draft) => {
  expect(await held(draft)).toMatchObject({ dropped: 1, lines: [] })
})

it('moves a finding to where its evidence really is, in the words of the change', async () => {
  expect((await held(draftAt('a.ts', 9, 'BUG1();'))).lines).toEqual([['a.ts', 5, 5, '  BUG1();']])
})

it('gives every finding the fingerprint that follows from what it points at', async () => {
  const honest = (await given()).report.findings.find(({ evidence }) => evidence === 'BUG2')
  expect((await held(draftAt('a.ts', 30, 'BUG2'))).findings).toMatchObject([{ fingerprint: honest?.fingerprint, id: honest?.id }])
})

it('keeps a replacement for exactly the lines that are quoted, and no other', async () => {
  const whole = { ...draftAt('new.ts', 2, 'BUG3'), replacement: 'fixed' }
  const part = { ...whole, region: { path: 'new.ts', startLine: 2, endLine: 3 } }
  expect((await held(whole, part)).findings.map(({ replacement }) => replacement)).toEqual(expect.arrayContaining(['fixed', null]))
})

it('believes of a finding about a whole file no more than that the file is changed', async () => {
  const draft = { ...draftAt('a.ts', 1, 'anything'), replacement: 'all of it', region: { path: 'a.ts', startLine: null, endLine: 7 } }
  expect((await held(draft as never)).findings).toMatchObject([
    { evidence: '', replacement: null, region: { path: 'a.ts', startLine: null, endLine: null } },
  ])
})

it('makes of anything a report whose findings stand in the change', async () => {
  const { change } = await given()
  fc.assert(
    fc.property(reportArbitrary, (report) => {
      const { report: kept, dropped } = holdReport(report, change)
      expect(kept.findings.length + dropped).toBe(report.findings.length)
      for (const finding of kept.findings) {
        expect(findingSchema.safeParse(finding).success).toBe(true)
        expect(change.files.map(({ path }) => path)).toContain(finding.region.path)
      }
    }),
  )
})
