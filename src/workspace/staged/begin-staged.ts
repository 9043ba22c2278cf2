import { AppError } from '../../domain/errors.ts'
import type { Refusal, Transaction } from '../transaction.ts'
import { beginTransaction, type TransactionOptions } from '../transaction/begin-transaction.ts'
import { makeCopyFolder, removeCopyFolder } from '../transaction/copy-folder.ts'
import { findFile } from '../transaction/file-side.ts'
import { applyStaged } from './apply-staged.ts'
import { type ExportedIndex, exportIndex } from './export-index.ts'
import type { AppliedStaged, StagedChange, StagedPlace } from './staged-change.ts'

export interface StagedOptions extends TransactionOptions, StagedPlace {}

/** Work on a copy of what is staged. What it changed is staged in `apply`, once; the files on disk keep what is not staged. */
export interface StagedTransaction extends Transaction {
  apply(): Promise<AppliedStaged>
}

/** Copies the index, byte for byte as it is stored, in place of the user's tree. Also in a hook, where it is what will be committed. */
export async function beginStaged(options: StagedOptions): Promise<StagedTransaction> {
  const { repository, folder, signal } = options
  const scratch = await makeCopyFolder(folder)
  try {
    const exported = await exportIndex(repository, scratch, signal)
    // To everything that looks at it, the user's repository with exactly these files on disk.
    const environment = { ...repository.environment, GIT_WORK_TREE: exported.root }
    const transaction = await beginTransaction({ ...options, repository: { ...repository, root: exported.root, environment } })
    return { ...transaction, apply: async () => applyStaged(await stagedChanges(transaction, exported), options) }
  } finally {
    await removeCopyFolder(scratch)
  }
}

async function stagedChanges({ changes, checkout }: Transaction, { entries }: ExportedIndex): Promise<StagedChange[]> {
  const { files, refused } = await changes()
  const found: StagedChange[] = []
  const others: Refusal[] = [...refused]
  for (const { path, kind } of files) {
    const [before, now] = [entries.get(path), await findFile(checkout.root, path)]
    if (before && now.kind === 'file') found.push({ path, before, content: now.bytes })
    else others.push({ path, reason: `A file that is ${kind === 'added' ? 'new' : 'gone'} cannot be staged in the user's name.` })
  }
  const [first] = others
  if (!first) return found
  throw new AppError('CHANGES_REFUSED', `A run may not change ${JSON.stringify(first.path)}: ${first.reason} Nothing was changed.`, {
    hint: 'Only files that are staged are fixed; make such a change yourself if you want it.',
  })
}
