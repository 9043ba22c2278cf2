import { fullDialect } from './dialect.ts'
import type { Learned, Negotiation } from './negotiation.ts'
import { type AskServer, probeServer } from './probe-server.ts'
import type { RememberedServer } from './remembered-server.ts'
import type { ServerTraits } from './server-traits.ts'

/** What is known of a server when it is opened. */
export interface ServerKnowledge {
  /** Null: it does not say what it is. */
  traits: ServerTraits | null
  learned: Learned
  /** From an earlier run, and so perhaps no longer true. */
  isRemembered: boolean
  /** Worth keeping for later runs: it is whole, and no request that relied on it has failed. */
  isKept: boolean
}

const nothingLearned: Learned = { dialect: fullDialect, offersTools: true }

/** What an earlier run has found out, else what the server says of itself now. */
export async function knowServer(ask: AskServer, remembered: RememberedServer | null, signal: AbortSignal): Promise<ServerKnowledge> {
  const known = await remembered?.recall()
  if (known) {
    const { format, without, offersTools } = known.learned
    return {
      traits: known.traits,
      learned: { dialect: { format, without: new Set(without) }, offersTools },
      isRemembered: true,
      isKept: true,
    }
  }
  const probed = await probeServer(ask, signal)
  const knowledge = { traits: probed?.traits ?? null, learned: nothingLearned, isRemembered: false, isKept: probed?.isWhole ?? false }
  await keep(knowledge, nothingLearned, remembered)
  return knowledge
}

/** Keeps what this run has learned beyond what was known. */
export async function keepLearned(known: ServerKnowledge, negotiation: Negotiation, remembered: RememberedServer | null): Promise<void> {
  const { learned } = negotiation
  if (learned.dialect === known.learned.dialect && learned.offersTools === known.learned.offersTools) return
  await keep(known, learned, remembered)
}

/** Takes back what an earlier run has found out: the server may be another one by now, and the next run asks it what it is. */
export async function forgetServer(known: ServerKnowledge, remembered: RememberedServer | null): Promise<void> {
  if (!known.isRemembered) return
  known.isKept = false
  await remembered?.forget()
}

async function keep(
  { traits, isKept }: ServerKnowledge,
  { dialect, offersTools }: Learned,
  remembered: RememberedServer | null,
): Promise<void> {
  if (traits === null || !isKept) return
  await remembered?.remember({ traits, learned: { format: dialect.format, without: [...dialect.without], offersTools } })
}
