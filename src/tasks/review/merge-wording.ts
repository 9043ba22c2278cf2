import type { MergeWording } from '../../domain/merge-reports.ts'
import type { Notice } from '../../domain/report.ts'
import { claimNotices, noModel, summaryOf, unseenNotice } from './notices.ts'

/** The sentences of a review, read and written again for all of its shards: what wrote them for a part writes them for the whole. */
export const reviewWording: Pick<MergeWording, 'changeOf' | 'summaryOf' | 'isShare' | 'totalsOf'> = {
  changeOf({ summary }) {
    const [, nothing, something] =
      /^(?:Nothing to review \((.*)\)|(?:No|[\d,]+) findings? in [^(]* \((.*)\)(?:; \d+ of the lines were seen)?)\.$/s.exec(summary) ?? []
    return nothing ?? something ?? null
  },

  summaryOf({ findings, coverage, completeness }, change) {
    // The summary is written before the baseline is applied.
    const found = findings.map((finding) => (finding.suppressed?.by === 'baseline' ? { ...finding, suppressed: null } : finding))
    return summaryOf({ change: { description: change, files: coverage.files }, findings: found, coverage, completeness })
  },

  isShare: (notice) => shareOf(notice) !== null,

  totalsOf(shares, questions) {
    const read = shares.flatMap((notice) => shareOf(notice) ?? [])
    const total = (wanted: string) => read.reduce((sum, { code, count }) => (code === wanted ? sum + count : sum), 0)
    const [withoutModel, unseen] = [total('MODEL_MISSING'), total('UNITS_UNSEEN')]
    const reasons = read.flatMap((share) => share.reasons)
    const hint = shares.find((notice) => notice.code === 'UNITS_UNSEEN' && notice.hint !== '')?.hint ?? ''
    return [
      ...(withoutModel > 0 ? [noModel(withoutModel)] : []),
      ...(unseen > 0 ? [unseenNotice({ unseen, asked: Math.max(unseen, questions), reasons, hint })] : []),
      ...claimNotices({ unanchored: total('FINDINGS_UNANCHORED'), malformed: total('FINDINGS_MALFORMED') }),
    ]
  },
}

const patterns: Readonly<Record<string, RegExp>> = {
  MODEL_MISSING: /^There is no model, .* ([\d,]{1,9}) parts? of the change (?:was|were) not reviewed\.$/,
  UNITS_UNSEEN: /^([\d,]{1,9}) of [\d,]{1,9} parts? of the change (?:was|were) not seen by the model: (.*)$/s,
  FINDINGS_UNANCHORED: /^([\d,]{1,9}) claims? of the model quoted no line of the change /,
  FINDINGS_MALFORMED: /^([\d,]{1,9}) claims? of the model could not be understood\.$/,
}

/** What a notice counts; null where it is no sentence of ours with a number. */
function shareOf({ code, message }: Notice): { code: string; count: number; reasons: readonly string[] } | null {
  const [, count, reasons] = (Object.hasOwn(patterns, code) && patterns[code]?.exec(message)) || []
  return count === undefined ? null : { code, count: Number(count.replaceAll(',', '')), reasons: reasons?.split('; ') ?? [] }
}
