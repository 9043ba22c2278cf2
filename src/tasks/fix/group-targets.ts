import { enclosingSymbol, symbolsOf } from '../../syntax/symbols.ts'
import { linesOf, type Target } from './target.ts'

/** Problems that are repaired together: those of one definition, or of neighbouring lines outside of any. */
export interface TargetGroup {
  path: string
  targets: readonly Target[]
  /** Lines that are asked about, both inclusive. */
  region: { start: number; end: number }
  /** Whether the region is a definition, in which everything may change. */
  isSymbol: boolean
}

/** Lines around a problem that belong to no definition. */
const around = 5
/** More problems at once are more than a small model can hold. */
const mostTargets = 5

/** Groups the problems of one file as it is now, in the order of their lines. */
export async function groupTargets(path: string, text: string, targets: readonly Target[]): Promise<TargetGroup[]> {
  const symbols = await symbolsOf(text, path)
  const count = text.split('\n').length
  const groups: { targets: Target[]; region: TargetGroup['region']; isSymbol: boolean }[] = []
  const inOrder = targets.toSorted((a, b) => startOf(a) - startOf(b))
  for (const target of inOrder) {
    const lines = (target.current && linesOf(target.current)) ?? { start: 1, end: Math.min(count, 1 + around) }
    const symbol = enclosingSymbol(symbols, lines.start)
    const isSymbol = symbol !== undefined && symbol.endLine >= lines.end
    const region = isSymbol
      ? { start: symbol.startLine, end: symbol.endLine }
      : { start: Math.max(1, lines.start - around), end: Math.min(count, lines.end + around) }
    const last = groups.at(-1)
    const isApart = target.isAlone || (last?.targets[0]?.isAlone ?? false)
    const isSame = last && !isApart && last.isSymbol === isSymbol && last.region.start <= lines.start && lines.start <= last.region.end
    if (isSame && last.targets.length < mostTargets && (!isSymbol || lines.end <= last.region.end)) {
      last.targets.push(target)
      if (!isSymbol) last.region.end = Math.max(last.region.end, region.end)
    } else groups.push({ targets: [target], region, isSymbol })
  }
  return groups.map((group) => ({ path, ...group }))
}

const startOf = ({ current }: Target) => current?.range?.startLine ?? 0
