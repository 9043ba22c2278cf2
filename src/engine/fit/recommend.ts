import type { CatalogueEntry } from '../models/catalogue.ts'
import type { Speed } from './expected-speed.ts'
import type { ModelFit } from './fit-model.ts'

export interface FittedEntry {
  entry: CatalogueEntry
  fit: ModelFit
}

export interface Recommendation {
  id: string
  /** Why this one, as a sentence. */
  why: string
}

/** A finding has some 150 tokens: with so many a second it is there before one has looked up. */
const comfortable = 25
/** Below it, a review of a few files takes longer than reading them. */
const bearable = 8

/**
 * The model to begin with, of the catalogue in its order: the first that is good for reviews and comfortably fast, else the first that is bearable; where
 * reviews are out of reach, one to try all of this with. Null where nothing fits.
 */
export function recommend(models: readonly FittedEntry[]): Recommendation | null {
  const usable = models.filter(({ entry, fit }) => fit.backend !== null && entry.licence.open)
  for (const when of ['now', 'later'] as const) {
    const there = usable.filter(({ fit }) => fit.when === when)
    const ofKind = (goodFor: CatalogueEntry['goodFor'], atLeast: number) =>
      there.find(({ entry, fit }) => entry.goodFor === goodFor && middle(fit) >= atLeast)
    const found = ofKind('review', comfortable) ?? ofKind('review', bearable) ?? ofKind('trial', bearable) ?? fastest(there)
    if (found !== undefined) return { id: found.entry.id, why: reason(found) }
  }
  return null
}

function reason({ entry: { goodFor }, fit }: FittedEntry): string {
  const places = {
    vram: 'fits on the GPU',
    'vram+ram': 'fits on the GPU and into the memory together',
    ram: 'fits into the memory',
    no: '',
  }
  const place = `${places[fit.fits]}${fit.when === 'later' ? ' once other programs end' : ''}`
  const speed = `expected to write ${speedText(fit.expected)} tokens a second`
  if (goodFor === 'trial')
    return `the ones that are good for reviews do not fit or would be too slow here; this one ${place}, is ${speed}, and shows how it works, but do not trust its findings`
  if (middle(fit) < bearable) return `nothing here is fast; it ${place} and is ${speed}, the most of those that fit`
  return `the first in the order of the catalogue that ${place} and is ${middle(fit) >= comfortable ? '' : 'at least bearably fast: '}${speed}`
}

/** `20 to 60`, or the one figure where both are the same. */
export function speedText(speed: Speed | null): string {
  if (speed === null) return '?'
  return speed.low === speed.high ? String(speed.low) : `${speed.low} to ${speed.high}`
}

function fastest(models: readonly FittedEntry[]): FittedEntry | undefined {
  return models.toSorted((a, b) => middle(b.fit) - middle(a.fit))[0]
}

/** Both ends are factors away from it. */
function middle({ expected }: ModelFit): number {
  return expected === null ? 0 : Math.sqrt(expected.low * expected.high)
}
