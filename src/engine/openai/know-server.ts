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
}

const nothingLearned: Learned = { dialect: fullDialect, offersTools: true }

/** What an earlier run has found out, else what the server says of itself now. */
export async function knowServer(ask: AskServer, remembered: RememberedServer | null, signal: AbortSignal): Promise<ServerKnowledge> {
  const known = await remembered?.recall()
  if (known) {
    const { format, without, offersTools } = known.learned
    return { traits: known.traits, learned: { dialect: { format, without: new Set(without) }, offersTools }, isRemembered: true }
  }
  const traits = await probeServer(ask, signal)
  if (traits !== null) await keep(traits, nothingLearned, remembered)
  return { traits, learned: nothingLearned, isRemembered: false }
}

/** Keeps what this run has learned beyond what was known. */
export async function keepLearned(
  { traits, learned }: ServerKnowledge,
  negotiation: Negotiation,
  remembered: RememberedServer | null,
): Promise<void> {
  const now = negotiation.learned
  if (traits === null || (now.dialect === learned.dialect && now.offersTools === learned.offersTools)) return
  await keep(traits, now, remembered)
}

async function keep(traits: ServerTraits, { dialect, offersTools }: Learned, remembered: RememberedServer | null): Promise<void> {
  await remembered?.remember({ traits, learned: { format: dialect.format, without: [...dialect.without], offersTools } })
}
