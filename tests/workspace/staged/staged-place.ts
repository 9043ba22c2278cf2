import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openCheckout } from '../../../src/workspace/open-checkout.ts'
import { beginStaged, type StagedTransaction } from '../../../src/workspace/staged/begin-staged.ts'
import type { AppliedStaged, StagedPlace } from '../../../src/workspace/staged/staged-change.ts'
import type { TemporaryRepository } from '../../helpers/git-repository.ts'
import { placeOf, signal, testPlace } from '../../helpers/transaction-place.ts'

export interface StagedTestPlace extends StagedPlace {
  user: TemporaryRepository
}

type Files = Readonly<Record<string, string | Uint8Array>>

/** A repository whose staged files are fixed, and where patches go. */
export async function stagedPlace(files: Files = {}): Promise<StagedTestPlace> {
  const place = await testPlace({ files })
  return { user: place.user, repository: place.repository, folder: place.folder, patches: join(place.folder, '../patches') }
}

export async function stagedPlaceOf(user: TemporaryRepository, root?: string): Promise<StagedTestPlace> {
  const place = await placeOf(user, root)
  return { user, repository: place.repository, folder: place.folder, patches: join(place.folder, '../patches') }
}

export async function beginFix({ repository, folder, patches }: StagedPlace): Promise<StagedTransaction> {
  const transaction = await beginStaged({
    repository,
    folder,
    patches,
    signal,
    refusalOf: () => null,
    openCheckout: (place) => openCheckout({ ...place, environment: repository.environment }),
  })
  onTestFinished(() => transaction.close())
  return transaction
}

/** Writes contents over the files of the copy, and applies that. */
export async function fixStaged(place: StagedPlace, files: Files): Promise<AppliedStaged> {
  const transaction = await beginFix(place)
  for (const [path, content] of Object.entries(files)) writeFileSync(join(transaction.checkout.root, path), content)
  const applied = await transaction.apply()
  await transaction.close()
  return applied
}
