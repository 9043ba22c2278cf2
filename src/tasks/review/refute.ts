import type { DraftFinding } from '../../domain/finding.ts'
import { type CheckableClaim, contradiction, type ToolOpinion } from './linting/tool-opinion.ts'

interface RefuteContext {
  /** New side of a file, or null where it is not known. */
  readNew(path: string): Promise<string | null>
  /** What compilers and linters said of a file; null where none has looked at it. */
  opinionOn(path: string): ToolOpinion | null
}

type Refutation = (finding: DraftFinding, text: string) => string | null

/** Marks claims of the model that the code itself, or their own words, contradict. */
export async function refute(findings: readonly DraftFinding[], context: RefuteContext): Promise<DraftFinding[]> {
  return Promise.all(
    findings.map(async (finding) => {
      if (finding.source.kind !== 'model' || finding.suppressed) return finding
      const text = (await context.readNew(finding.region.path)) ?? ''
      const refuted = refutations.map((refutation) => refutation(finding, text)).find((found) => found !== null)
      const reason = refuted ?? contradictedByTools(finding, context)
      return reason ? { ...finding, suppressed: { by: 'refuted' as const, reason } } : finding
    }),
  )
}

/** A compiler would have said so, too. */
function contradictedByTools(finding: DraftFinding, { opinionOn }: RefuteContext): string | null {
  const claim = checkableClaimOf(finding)
  const opinion = claim && opinionOn(finding.region.path)
  return claim && opinion && contradiction(claim, finding, opinion)
}

const mistypedClaim =
  /\btype (?:mismatch|error)\b|\b(?:wrong|incorrect|incompatible) types?\b|\bnot assignable\b|\b(?:is|are) not a (?:function|method|property|member)\b|\bdoes not exist on\b|\bno (?:such )?(?:method|attribute|property|member)\b/i

/** What a finding says that compilers and linters say, too; null for anything else. */
function checkableClaimOf({ title, message }: Pick<DraftFinding, 'title' | 'message'>): CheckableClaim | null {
  const said = `${title} ${message}`
  if (undefinedClaim.test(said)) return 'undefined'
  if (unusedClaim.test(said)) return 'unused'
  return mistypedClaim.test(said) ? 'mistyped' : null
}

const refutations: readonly Refutation[] = [onlyAdvises, saysUndefined, saysUnused, deniesItself]

const advice =
  /^(?:please\s+)?(?:verify|ensure|make sure|consider|confirm|double-check|(?:check|review|validate) (?:that|whether|if|the|this|all|your))\b|^it (?:would|might) be (?:better|good|worth)|^(?:you )?(?:should|may want|might want|could be) \w+/i
/** Words without which a sentence tells of no failure. */
const failure =
  /\b(?:throws?|fails?|failing|returns?|crash\w*|leaks?|lost|loses?|wrong|never|null|undefined|NaN|refused|overwrit\w+|inject\w+|exposes?|deadlock\w*|hangs?|drops?|ignored?)\b/i

function onlyAdvises({ title, message }: DraftFinding): string | null {
  return advice.test(title) && (advice.test(message) || !failure.test(message)) ? 'It gives advice and names no failure.' : null
}

const noDefect =
  /^(?:there (?:is|are) )?no (?:bug|defect|issue|problem)s?(?: found)?\.?$|^(?:the |this )?(?:code|change|line|function) (?:is|looks) (?:correct|fine|safe|good|harmless)\.?$|^works? as (?:intended|expected)\.?$/i

function deniesItself({ title }: DraftFinding): string | null {
  return noDefect.test(title) ? 'It says itself that there is no defect.' : null
}

const undefinedClaim =
  /\b(?:is|are|was) (?:not|never) (?:defined|declared|imported)\b|\bundeclared\b|\bundefined (?:variable|function|identifier|symbol|reference|name)\b|\bmissing import\b|\bunresolved (?:reference|import|name)\b/i

/** A name that the file declares or imports is not undefined in it. */
function saysUndefined({ title, message }: DraftFinding, text: string): string | null {
  const said = `${title} ${message}`
  if (!undefinedClaim.test(said)) return null
  const [named] = namesIn(said)
  const declared = named !== undefined && declares(text, named) ? named : undefined
  return declared === undefined ? null : `The file declares or imports "${declared}".`
}

const unusedClaim = /\b(?:is|are) (?:never|not) used\b|\bunused (?:variable|import|parameter|function|constant|name)\b/i

/** A name that stands in the file more than twice is used by something. */
function saysUnused({ title, message }: DraftFinding, text: string): string | null {
  const said = `${title} ${message}`
  if (!unusedClaim.test(said)) return null
  const used = namesIn(said).find((name) => occurrences(text, name) > 1)
  return used === undefined ? null : `"${used}" is used elsewhere in the file.`
}

/** Identifiers that a text names: in quotes or backticks, or written as no word of a language is. */
export function namesIn(text: string): string[] {
  const quoted = [...text.matchAll(/[`'"]([A-Za-z_$][\w$]*)(?:\(\))?[`'"]/g)].map(([, name = '']) => name)
  if (quoted.length > 0) return quoted
  return [...text.matchAll(/\b([a-z]+[A-Z]\w*|[a-z]+_\w+|[A-Z][a-z]+[A-Z]\w*)\b/g)].map(([, name = '']) => name)
}

function declares(text: string, name: string): boolean {
  const word = escape(name)
  const before =
    '\\b(?:const|let|var|function|class|interface|type|enum|def|fn|func|struct|trait|mod|val|static|import|use|as)\\b[ \\t*]{1,4}'
  const declaration = new RegExp(`${before}${word}(?![\\w$])|^[ \\t]{0,80}${word}[ \\t]{0,8}(?::=|=(?!=))`, 'm')
  return declaration.test(text) || new RegExp(`\\bimport\\s{1,4}(?:type\\s{1,4})?\\{[^}]{0,2000}(?<![\\w$])${word}(?![\\w$])`).test(text)
}

function occurrences(text: string, name: string): number {
  return text.match(new RegExp(`(?<![\\w$])${escape(name)}(?![\\w$])`, 'g'))?.length ?? 0
}

const escape = (text: string) => text.replaceAll(/[$^.*+?()[\]{}|\\]/g, '\\$&')
