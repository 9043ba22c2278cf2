import type { Checkout } from '../checkout.ts'
import type { Git } from '../git.ts'
import { refusalOf as pathRefusalOf } from '../path-policy.ts'
import type { CopyChanges, Transaction, TransactionPlace } from '../transaction.ts'
import { applyChanges } from './apply-changes.ts'
import { changeRefusals } from './change-refusals.ts'
import { makeCopyFolder, removeCopyFolder } from './copy-folder.ts'
import { type MadeCopy, makeCopy } from './make-copy.ts'
import { type ChangeSizes, type RecordedTree, recordTree } from './record-tree.ts'
import { createSnapshots } from './snapshots.ts'
import { copyChange, type TreeChange, treeChanges, treePatch } from './tree-changes.ts'

export interface TransactionOptions extends TransactionPlace {
  /** Ends the copying, and the waiting for another run; what is being applied is finished. */
  signal: AbortSignal
  /** How tools see the copy; `git` answers what is different from the user's HEAD. */
  openCheckout(place: { root: string; git: Git }): Checkout | Promise<Checkout>
  /** Why a path may not be carried over; null when it may. Default: the rules that hold for every tool. */
  refusalOf?: (path: string) => string | null
  /** Default: 5000 files, 16 MiB each, 256 MiB together. */
  sizes?: ChangeSizes
  /** Called once when another run is applying its result and this one waits for it. */
  onWait?: (holder: string) => void
}

const defaultSizes: ChangeSizes = { files: 5000, fileBytes: 16 * 2 ** 20, totalBytes: 256 * 2 ** 20 }

/** Copies the user's tree, uncommitted changes included, so that whatever happens to the copy does not happen to the tree. */
export async function beginTransaction(options: TransactionOptions): Promise<Transaction> {
  const folder = await makeCopyFolder(options.folder)
  try {
    const copy = await makeCopy(options, folder, options.signal)
    const checkout = await options.openCheckout({ root: copy.root, git: copy.history })
    return transactionOn({ copy, checkout, folder }, options)
  } catch (error) {
    await removeCopyFolder(folder)
    throw error
  }
}

interface Opened {
  copy: MadeCopy
  checkout: Checkout
  folder: string
}

function transactionOn({ copy, checkout, folder }: Opened, options: TransactionOptions): Transaction {
  const sizes = options.sizes ?? defaultSizes
  const snapshots = createSnapshots(copy, sizes)
  let base = copy.base
  return {
    checkout,
    leftOut: copy.leftOut,
    changes: async () => (await findChanges({ copy, base }, options)).told,
    snapshot: () => snapshots.take(),
    restore: (snapshot) => snapshots.restore(snapshot),
    async apply() {
      const found = await findChanges({ copy, base }, options)
      const applied = await applyChanges(
        { ...found.told, changes: found.changes },
        { ...options, copyGit: copy.git, neutralGit: copy.neutral },
      )
      // What comes after is a change to what the tree is now.
      base = found.recorded.id
      return applied
    },
    close: () => removeCopyFolder(folder),
  }
}

interface FoundChanges {
  told: CopyChanges
  changes: readonly TreeChange[]
  recorded: RecordedTree
}

async function findChanges({ copy, base }: { copy: MadeCopy; base: string }, options: TransactionOptions): Promise<FoundChanges> {
  const { refusalOf = (path) => pathRefusalOf(path, 'write'), sizes = defaultSizes } = options
  const recorded = await recordTree(copy, sizes)
  const changes = await treeChanges(copy.git, base, recorded.id)
  const { files, links } = recorded.walk
  const ruled = changeRefusals(changes, { refusalOf, leftOut: copy.leftOut, paths: [...files, ...links] })
  const refused = new Map([...ruled, ...recorded.refused].map((refusal) => [refusal.path, refusal]))
  const patch = changes.length > 0 ? await treePatch(copy.git, base, recorded.id) : Buffer.alloc(0)
  return { told: { files: changes.map(copyChange), patch, refused: [...refused.values()] }, changes, recorded }
}
