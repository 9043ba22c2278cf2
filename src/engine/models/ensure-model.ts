import { AppError } from '../../domain/errors.ts'
import type { ModelStore } from './model-store.ts'
import type { PullWish, ResolvedModel } from './resolve-model.ts'
import type { TransferOptions } from './transfer.ts'

/** What a person must know before a download is begun. */
export interface PullProposal {
  reference: string
  title: string
  /** Where the bytes come from: `huggingface.co/user/repository`. */
  from: string
  /** As pages about the model give it; null where only the hub knows. */
  approximateBytes: number | null
  licence: string | null
  verified: boolean
}

export interface EnsureOptions extends TransferOptions {
  store: ModelStore
  reference: string
  /** Set by `--pull` and by `models.autoPull`. */
  allowPull: boolean
  /** Asks a person; null where nobody sits in front of a terminal. */
  ask: ((proposal: PullProposal) => Promise<boolean>) | null
}

/** A model that can be loaded now. */
export type UsableModel = Exclude<ResolvedModel, { kind: 'missing' }>

/** Finds a model, and pulls a missing one only after somebody has said yes; otherwise `MODEL_MISSING` names the command. */
export async function ensureModel({ store, reference, allowPull, ask, ...transfer }: EnsureOptions): Promise<UsableModel> {
  const resolved = await store.resolve(reference)
  if (resolved.kind !== 'missing') return resolved
  const allowed = allowPull || (ask !== null && !store.hub.offline && (await ask(proposalOf(resolved.wish, store.hub.endpoint))))
  if (!allowed) throw missing(resolved.wish)
  return { kind: 'stored', model: await store.pull(reference, transfer) }
}

/** What a pull would fetch, for the person who decides. */
function proposalOf({ reference, repository, entry }: PullWish, endpoint: string): PullProposal {
  return {
    reference,
    title: entry?.title ?? repository,
    from: `${endpoint}/${repository}`,
    approximateBytes: entry?.approximateBytes ?? null,
    licence: entry?.licence.name ?? null,
    verified: entry?.verified ?? false,
  }
}

function missing({ reference }: PullWish): AppError {
  return new AppError(
    'MODEL_MISSING',
    `The model ${reference} is not on this machine, and nothing is downloaded without being asked for.`,
    {
      hint: `Run \`agent models pull ${reference}\`, or allow it with --pull or models.autoPull.`,
    },
  )
}
