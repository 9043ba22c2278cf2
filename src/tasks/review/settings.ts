import type { DraftFinding } from '../../domain/finding.ts'
import { type Category, categoryNames, offByDefault } from './categories.ts'
import type { ReviewOptions } from './options.ts'

export interface Settings {
  optionsFor(path: string): ReviewOptions
}

/** What the model is asked to look for: all but what each of the options turns off, by default or by the configuration. */
export function enabledCategories(...all: readonly ReviewOptions[]): Category[] {
  return categoryNames.filter((name) => all.some(({ checks }) => isEnabled(name, checks[name])))
}

const isEnabled = (name: Category, setting: string | undefined) => (setting === undefined ? !offByDefault.has(name) : setting !== 'off')

/** Marks what the configuration of a finding's path turns off or does not believe, and gives rules the severity it sets. */
export function applySettings(findings: readonly DraftFinding[], { optionsFor }: Settings): DraftFinding[] {
  return findings.map((finding) => {
    const { checks, minConfidence } = optionsFor(finding.region.path)
    const name = finding.rule.slice(finding.rule.indexOf('/') + 1)
    const setting = checks[name] ?? (isOffByDefault(name) ? 'off' : undefined)
    if (setting === 'off') return suppress(finding, 'config', `${finding.rule} is off for this path.`)
    const judged = setting === undefined ? finding : { ...finding, severity: setting }
    const unsure = finding.confidence !== null && finding.confidence < minConfidence
    return unsure ? suppress(judged, 'confidence', `Its confidence is below ${minConfidence}.`) : judged
  })
}

const isOffByDefault = (name: string) => offByDefault.has(name as Category)

function suppress(finding: DraftFinding, by: 'config' | 'confidence', reason: string): DraftFinding {
  return { ...finding, suppressed: finding.suppressed ?? { by, reason } }
}
