import { anchorQuote } from '../../domain/anchor.ts'
import type { DraftFinding } from '../../domain/finding.ts'
import { showHidden } from '../../domain/trust.ts'
import type { UnitOutcome } from './ask-units.ts'
import { claimLimits } from './answer.ts'

type Claimed = Extract<UnitOutcome, { status: 'seen' }>['claims'][number]

export interface HeldClaims {
  findings: DraftFinding[]
  /** Claims whose quote is not in the change, or not in one place. */
  unanchored: number
  malformed: number
}

/** Turns what the model claimed of the units it saw into findings, as far as their quotes hold. */
export function holdClaims(outcomes: readonly UnitOutcome[], model: string): HeldClaims {
  const held: HeldClaims = { findings: [], unanchored: 0, malformed: 0 }
  for (const outcome of outcomes) {
    if (outcome.status !== 'seen') continue
    held.malformed += outcome.malformed
    for (const claim of outcome.claims) {
      const finding = findingOf(claim, outcome.unit, model)
      if (finding) held.findings.push(finding)
      else held.unanchored++
    }
  }
  return held
}

function findingOf(claim: Claimed, { path, anchors }: UnitOutcome['unit'], model: string): DraftFinding | null {
  // The model saw hidden characters by their names, so that is how it quotes them; the evidence is what stands in the file.
  const anchor = anchorQuote(
    claim.quote,
    claim.line,
    anchors.map(({ line, text }) => ({ line, text: showHidden(text) })),
  )
  if (!anchor) return null
  const { startLine, endLine } = anchor
  const evidence = anchors.filter(({ line }) => line >= startLine && line <= endLine)
  return {
    rule: `review/${claim.category}`,
    severity: claim.severity,
    confidence: claim.confidence,
    title: titleOf(claim),
    message: messageOf(claim),
    region: { path, startLine, endLine },
    evidence: evidence.map(({ text }) => text).join('\n'),
    source: { kind: 'model', name: model, rule: claim.category },
    proof: { kind: 'model', detail: `The model quoted line ${startLine} of the change.` },
    replacement: null,
  }
}

function titleOf({ title, effect, trigger }: Claimed): string {
  const text = oneLine(title || effect || trigger)
  return text.length <= claimLimits.title ? text : `${text.slice(0, claimLimits.title - 1).trimEnd()}…`
}

function messageOf({ effect, trigger, title }: Claimed): string {
  const what = sentence(effect || title)
  if (trigger === '' || oneLine(trigger) === oneLine(effect)) return what || sentence(trigger)
  return `${what} Happens when: ${sentence(trigger)}`.trim()
}

const oneLine = (text: string) => showHidden(text.replaceAll(/\s+/g, ' ').trim())

function sentence(text: string): string {
  const line = oneLine(text).slice(0, 1000)
  return line === '' || /[.!?…]$/.test(line) ? line : `${line}.`
}
